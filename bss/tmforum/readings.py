"""Each question as one search of a TM Forum collection, and its answer as resources (TMF 637, 678, 654, 622)."""

from __future__ import annotations

from typing import Any

from bss.tmforum.places import Day, Inner, Many, Maybe, Money, Month, Plain, Row, Shown, Table, Word
from bss.tmforum.reading import Part, Reading

PRODUCT = "/tmf-api/productInventory/v4/product"
BILL = "/tmf-api/customerBillManagement/v4/customerBill"
RATE = "/tmf-api/customerBillManagement/v4/appliedCustomerBillingRate"
BUCKET = "/tmf-api/prepayBalanceManagement/v4/bucket"
HISTORY = "/tmf-api/prepayBalanceManagement/v4/balanceActionHistory"
ORDER = "/tmf-api/productOrderingManagement/v4/productOrder"

MONEY, DAY = Money(), Day()
QUANTITY = Money("amount", "units")
_PRODUCT: dict[str, Any] = {"base": "Product", "line": "productSerialNumber"}
_BILL: dict[str, Any] = {"base": "CustomerBill", "line": "billingAccount.id", "bag": "characteristic"}
_RATE: dict[str, Any] = {"base": "AppliedCustomerBillingRate", "line": "billingAccount.id", "bag": "characteristic"}
_MONTHLY: dict[str, str] = {"productPrice[0].priceType": "recurring", "productPrice[0].recurringChargePeriod": "month"}
_PRICE = "productPrice[0].price.taxIncludedAmount"
# A line's state in TM Forum's words, for those who read nothing else; the exact one is a characteristic beside it.
STATES = {
    "normal": "active",
    "one_way": "suspended",
    "two_way": "suspended",
    "lost": "suspended",
    "preclosed": "pendingTerminate",
    "closed": "terminated",
}
_HOLDERS = {"person": "holder", "unit": "organization", "heir": "heir"}


def _line(view: str, *rows: Row, **more: Any) -> tuple[Part, ...]:
    return (Part(Table(rows, type=view, **_PRODUCT, **more)),)


_PAPER = Table((Row("id", "id"), Row("sha256", "#sha256")), bag="characteristic")
_HOLD = Table(tuple(Row(one, one) for one in ("authority", "kind", "since", "object_to")))
_TIE = Table(
    (
        Row("kind", "relationshipType"),
        Row("id", "product.id"),
        Row("name", "product.name"),
        Row("change", "product.description"),
        Row("price_fen", f"product.{_PRICE}", MONEY),
        Row("on", "product.terminationDate", Maybe(DAY)),
    ),
    fixed={"product.productPrice[0].priceType": "oneTime"},
)
_CONTRACT = Table(
    (
        Row("id", "id"),
        Row("name", "name"),
        Row("kind", "#kind"),
        Row("signed_on", "startDate", DAY),
        Row("ends_on", "terminationDate", DAY),
        Row("monthly_fen", _PRICE, MONEY),
        Row("months_total", "productTerm[0].duration.amount"),
        Row("subsidy_fen", "#subsidy", MONEY),
        Row("claimed_fen", "#claimed", MONEY),
        Row("formula", "#formula"),
        Row("percent", "#percent"),
        Row("minimum_fen", "#minimum", MONEY),
        Row("published_on", "#published_on", Maybe(DAY)),
        Row("document", "#document", Maybe(Inner(_PAPER))),
        Row("version", "#version", optional=True),
    ),
    type="LineContract",
    fixed={**_MONTHLY, "productTerm[0].duration.units": "month"},
    **_PRODUCT,
)
_ISSUED = Table(
    (
        Row("month", "billingPeriod.startDateTime", Month()),
        Row("fen", "taxIncludedAmount", MONEY),
        Row("paid_fen", "appliedPayment[0].appliedAmount", MONEY),
        Row("issued_on", "billDate", DAY),
        Row("due_on", "paymentDueDate", DAY),
    ),
    type="IssuedBill",
    fixed={"category": "normal"},
    **_BILL,
)
_UNBILLED = Table(
    (
        Row("from", "billingPeriod.startDateTime", DAY),
        Row("through", "billingPeriod.endDateTime", DAY),
        Row("monthly_fen", "#monthly", MONEY),
    ),
    type="UnbilledUsage",
    fixed={"category": "unbilled", "state": "new"},
    **_BILL,
)
_OPEN_BILL = Table(
    (
        Row("month", "billingPeriod.startDateTime", Month()),
        Row("unpaid_fen", "remainingAmount", MONEY),
        Row("due_on", "paymentDueDate", DAY),
    ),
    type="OpenBill",
    **_BILL,
)
_BUCKET = Table(
    (
        Row("id", "id"),
        Row("kind", "#kind"),
        Row("fen", "remainingValue", QUANTITY),
        Row("name", "name"),
    ),
    type="LineBucket",
    base="Bucket",
    fixed={"usageType": "monetary"},
    bag="characteristic",
    line="product[0].id",
)
_ROAMED = Table(
    (Row("where", "name"), Row("on", "date", DAY)), type="RoamedStay", fixed={"id": "stay", "type": "stay"}, **_RATE
)
_ROAMING_CHARGE = Table(
    (
        Row("id", "id"),
        Row("where", "name"),
        Row("on", "date", DAY),
        Row("fen", "taxIncludedAmount", MONEY),
        Row("arrived_on", "#arrived_on", DAY, optional=True),
    ),
    type="RoamingCharge",
    fixed={"type": "charge", "isBilled": False},
    **_RATE,
)
_EXPECTED = Table(
    (Row("expected_by", "date", Maybe(DAY)),),
    type="RoamingExpected",
    fixed={"id": "expected", "type": "expected"},
    **_RATE,
)
_SNAPSHOT_CONTRACT = Table(
    (
        Row("id", "id"),
        Row("ends_on", "terminationDate", DAY),
        Row("released", "status", Word({True: "terminated", False: "active"})),
    )
)
_SNAPSHOT_TIE = Table((Row("id", "product.id"), Row("state", "#state")), fixed={"relationshipType": "tie"})
_SNAPSHOT_BUCKET = Table(
    (Row("id", "id"), Row("kind", "kind"), Row("name", "name"), Row("fen", "remainingValue", QUANTITY))
)
_EVENT = Table(
    (
        Row("kind", "reason"),
        Row("at", "confirmationDate"),
        Row("fen", "amount", QUANTITY),
        Row("bucket", "bucket.id"),
        Row("name", "description"),
    ),
    type="LineEvent",
    base="BalanceActionHistory",
    fixed={"status": "completed"},
    bag="characteristic",
    line="receiverLogicalResource.id",
)
_EFFECT = Table(
    (
        Row("command_id", "externalId"),
        Row("verb", "category"),
        Row("fen", "#fen", MONEY),
        Row("at", "completionDate"),
        Row("undoes", "#undoes", Maybe(Plain())),
    ),
    type="OrderEffect",
    base="ProductOrder",
    fixed={"state": "completed", "productOrderItem[0].id": "1", "productOrderItem[0].action": "modify"},
    bag="productOrderItem[0].product.productCharacteristic",
)
_BOOK: dict[str, Any] = {"base": "BalanceActionHistory", "bag": "characteristic"}
_BOOK_DIGEST = Table(
    (Row("digest", "#digest"), Row("rows", "#rows")), type="BookDigest", fixed={"id": "total"}, **_BOOK
)
_BOOK_BUCKET = Table(
    (Row("bucket", "#bucket"), Row("digest", "#digest"), Row("rows", "#rows")), type="BookBucket", **_BOOK
)
_BOOK_ROW = Table(
    (
        Row("id", "#position"),
        Row("command_id", "#command"),
        Row("case_ref", "#case"),
        Row("account", "reason"),
        Row("on", "confirmationDate", DAY),
        Row("fen", "amount", QUANTITY),
    ),
    type="BookRow",
    fixed={"status": "completed"},
    **_BOOK,
)
_BOOK_PAGE = Table((Row("more", "#more"),), type="BookPage", fixed={"id": "page"}, **_BOOK)

READINGS: dict[str, Reading] = {
    "identity": Reading(
        PRODUCT,
        "LineIdentity",
        _line(
            "LineIdentity",
            Row("match", "#match"),
            Row("kind", "relatedParty[0].role", Word(_HOLDERS)),
            Row("real_name", "#real_name"),
            Row("line_state", "#line_state"),
            Row("holds", "#holds", Many(_HOLD)),
            Row("sms", "#sms"),
            fixed={"relatedParty[0].id": "holder", "relatedParty[0].@referredType": "Party"},
            shown=(Shown("line_state", "status", STATES),),
        ),
    ),
    "password": Reading(PRODUCT, "LinePassword", _line("LinePassword", Row("match", "#match"))),
    "package": Reading(
        PRODUCT,
        "LinePackage",
        _line(
            "LinePackage",
            Row("code", "productOffering.id"),
            Row("name", "productOffering.name"),
            Row("monthly_fen", _PRICE, MONEY),
            Row("single_card", "#single_card"),
            Row("goes_with_it", "#goes_with_it"),
            fixed=_MONTHLY,
        ),
    ),
    "contract": Reading(PRODUCT, "LineContract", (Part(_CONTRACT, "contracts", "many"),)),
    "bills": Reading(BILL, "LineBill", (Part(_ISSUED, "bills", "many"), Part(_UNBILLED, "unbilled", "maybe"))),
    "prepayment": Reading(BUCKET, "LineBucket", (Part(_BUCKET, "buckets", "many"),)),
    "arrears": Reading(
        BILL, "OpenBill", (Part(_OPEN_BILL, "bills", "many"),), total=("total_fen", "bills", "unpaid_fen")
    ),
    "ties": Reading(
        PRODUCT,
        "LineTies",
        _line(
            "LineTies",
            Row("ties", "productRelationship", Many(_TIE)),
            *(Row(one, f"#{one}") for one in ("points", "equipment")),
            *(Row(one, f"#{one}", optional=True) for one in ("coupons", "subscriptions", "auto_pay")),
        ),
    ),
    "roaming": Reading(
        RATE,
        "LineRoaming",
        (Part(_EXPECTED), Part(_ROAMED, "roamed", "many"), Part(_ROAMING_CHARGE, "charges", "many")),
    ),
    "evidence": Reading(
        BILL,
        "DisputedItem",
        (
            Part(
                Table(
                    (Row("document", "billDocument[0]", Maybe(Inner(_PAPER))), Row("words", "#words")),
                    type="DisputedItem",
                    **_BILL,
                )
            ),
        ),
    ),
    "snapshot": Reading(
        PRODUCT,
        "LineSnapshot",
        _line(
            "LineSnapshot",
            Row("plan", "productOffering.id"),
            Row("state", "#line_state"),
            Row("contracts", "product", Many(_SNAPSHOT_CONTRACT)),
            Row("charging", "#charging"),
            Row("balance_fen", "#balance", MONEY),
            Row("digest", "#digest"),
            Row("owed_fen", "#owed", MONEY, optional=True),
            Row("buckets", "#buckets", Many(_SNAPSHOT_BUCKET), optional=True),
            Row("ties", "productRelationship", Many(_SNAPSHOT_TIE), optional=True),
            shown=(Shown("state", "status", STATES),),
        ),
    ),
    "events": Reading(HISTORY, "LineEvent", (Part(_EVENT, "events", "many"),)),
    "effects": Reading(ORDER, "OrderEffect", (Part(_EFFECT, "effects", "many"),), total=("sum_fen", "effects", "fen")),
    "book_digest": Reading(HISTORY, "BookDigest", (Part(_BOOK_DIGEST), Part(_BOOK_BUCKET, "buckets", "many"))),
    "book_rows": Reading(HISTORY, "BookRow", (Part(_BOOK_PAGE), Part(_BOOK_ROW, "rows", "many"))),
}
# The names of the characteristics an answer may have: facts of ours, nobody's name.
CHARACTERISTICS = frozenset(
    row.at[1:]
    for reading in READINGS.values()
    for part in reading.parts
    for row in part.table.rows
    if row.at.startswith("#")
)
