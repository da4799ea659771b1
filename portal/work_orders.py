"""The door to work orders."""

from portal.models.work_orders import RETURNING, OrderResult, WorkOrder
from portal.services.work_orders import (
    answer_order,
    cancel_order,
    chase,
    finish_order,
    open_order,
    resend_order,
    sweep,
)

__all__ = [
    "RETURNING",
    "OrderResult",
    "WorkOrder",
    "answer_order",
    "cancel_order",
    "chase",
    "finish_order",
    "open_order",
    "resend_order",
    "sweep",
]
