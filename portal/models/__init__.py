"""Rows of the ground floor."""

from portal.models.codes import Budget, IdempotencyKey, OneTimeCode
from portal.models.history import AuditAnchor, AuditEntry, Movement
from portal.models.keys import DataKey
from portal.models.looks import Look
from portal.models.notices import Notice, Outcome, SmsMessage
from portal.models.parameters import ParameterValue
from portal.models.people import LineAccount, Person, RoleGrant
from portal.models.register import NumberEntry, Operator, Province, Rung, Segment
from portal.models.tokens import ApiToken
from portal.models.work_orders import ENDED, RETURNING, OrderAnswer, OrderResult, WorkOrder

__all__ = [
    "ENDED",
    "RETURNING",
    "ApiToken",
    "AuditAnchor",
    "AuditEntry",
    "Budget",
    "DataKey",
    "IdempotencyKey",
    "LineAccount",
    "Look",
    "Movement",
    "Notice",
    "NumberEntry",
    "OneTimeCode",
    "Operator",
    "OrderAnswer",
    "OrderResult",
    "Outcome",
    "ParameterValue",
    "Person",
    "Province",
    "RoleGrant",
    "Rung",
    "Segment",
    "SmsMessage",
    "WorkOrder",
]
