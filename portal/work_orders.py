"""The door to work orders."""

from portal.models.work_orders import RETURNING, OrderAnswer, OrderResult, WorkOrder
from portal.services.work_orders import (
    answer_order,
    cancel_order,
    chase,
    escalate_order,
    finish_order,
    open_order,
    resend_order,
    sweep,
)

__all__ = [
    "RETURNING",
    "OrderAnswer",
    "OrderResult",
    "WorkOrder",
    "answer_order",
    "cancel_order",
    "chase",
    "escalate_order",
    "finish_order",
    "open_order",
    "resend_order",
    "sweep",
]
