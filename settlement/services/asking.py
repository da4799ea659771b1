"""Asking a province for its book: its digest, and a bucket's rows held against that digest (docs/book-digest.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import pairwise

from bss.digests import MODULUS, digest_of
from bss.gateway import Answer, Ending, ask
from portal.actors import Actor
from settlement.queries_reconciling import Digests, Span
from settlement.rules.reconciling import Booked, nets_of

STALE = "stale"
CONTRADICTS = "contradicts_itself"
ENDLESS = "endless"
MOST_PAGES = 500


class Unusable(Exception):
    """No answer to rely on: `code` says why, `evidence_ref` which exchange, "" where none was made."""

    def __init__(self, code: str, evidence_ref: str) -> None:
        super().__init__(code)
        self.code, self.evidence_ref = code, evidence_ref


@dataclass(frozen=True)
class Piece:
    """What a province said of some days, and the exchange in which it said so."""

    span: Span
    digests: Digests
    evidence_ref: str


@dataclass(frozen=True)
class Told:
    """A province's digest of its book, as it was asked for: in one piece, or in more where one took too long."""

    pieces: tuple[Piece, ...]

    @property
    def digests(self) -> Digests:
        """Of all pieces together."""
        return reduce(Digests.plus, (piece.digests for piece in self.pieces))

    @property
    def evidence_ref(self) -> str:
        """The last exchange of it."""
        return self.pieces[-1].evidence_ref


@dataclass(frozen=True)
class Rows:
    """The rows of one bucket, and the exchange that ended them."""

    rows: list[Booked]
    evidence_ref: str


def digest_of_book(span: Span, buckets: int, *, pieces: int, not_before: datetime | None, by: Actor) -> Told:
    """The province's digest, in one exchange a piece.

    Raises Unusable without an answer, for a copy older than what the province said before (`not_before`, its own
    clock), and for parts that do not add up to the whole.
    """
    return Told(tuple(_piece(one, buckets, not_before, by=by) for one in span.pieces(pieces)))


def _piece(span: Span, buckets: int, not_before: datetime | None, *, by: Actor) -> Piece:
    answer = _asked(span, "book_digest", {"buckets": buckets}, by=by)
    if not_before is not None and datetime.fromisoformat(answer.facts["clock"]) < not_before:
        raise Unusable(STALE, answer.evidence_ref)
    parts = {int(one["bucket"]): str(one["digest"]) for one in answer.facts["buckets"]}
    told = Digests(answer.facts["digest"], answer.facts["rows"], parts)
    if len(parts) != len(answer.facts["buckets"]) or not _adds_up(told):
        raise Unusable(CONTRADICTS, answer.evidence_ref)
    return Piece(span, told, answer.evidence_ref)


def rows_of_book(told: Told, buckets: int, bucket: int, *, by: Actor) -> Rows:
    """All rows of a bucket, page by page.

    Raises Unusable without an answer, and for rows that do not make the digest the province `told` of them: its book
    moved meanwhile, or it contradicts itself.
    """
    pages = [_rows(one, buckets, bucket, by=by) for one in told.pieces if bucket in one.digests.parts]
    if not pages:
        return Rows([], told.evidence_ref)
    return Rows([row for page in pages for row in page.rows], pages[-1].evidence_ref)


def _rows(piece: Piece, buckets: int, bucket: int, *, by: Actor) -> Rows:
    rows: list[Booked] = []
    for _ in range(MOST_PAGES):
        about = {"buckets": buckets, "bucket": bucket, "after": rows[-1].position if rows else 0}
        answer = _asked(piece.span, "book_rows", about, by=by)
        page = [_booked(one) for one in answer.facts["rows"]]
        if any(later.position <= earlier.position for earlier, later in pairwise([*rows[-1:], *page])):
            raise Unusable(CONTRADICTS, answer.evidence_ref)
        rows += page
        if not answer.facts["more"]:
            break
    else:
        raise Unusable(ENDLESS, answer.evidence_ref)
    sum_of_rows = digest_of(nets_of(rows))
    if sum_of_rows != piece.digests.parts[bucket]:
        raise Unusable(CONTRADICTS, answer.evidence_ref)
    return Rows(rows, answer.evidence_ref)


def _asked(span: Span, question: str, about: dict[str, int], *, by: Actor) -> Answer:
    days = {"from": span.first_on.isoformat(), "to": span.last_on.isoformat()}
    answer = ask(span.bss, question, {**days, **about}, case_ref="", by=by)
    if answer.ending is not Ending.DONE or not answer.facts:
        raise Unusable(answer.code or answer.ending.value, answer.evidence_ref)
    return answer


def _booked(one: dict[str, object]) -> Booked:
    position, fen = one["id"], one["fen"]
    assert isinstance(position, int)  # the question's shape
    assert isinstance(fen, int)
    return Booked(
        position,
        str(one["command_id"]),
        str(one["case_ref"]),
        str(one["account"]),
        date.fromisoformat(str(one["on"])),
        fen,
    )


def _adds_up(told: Digests) -> bool:
    """Whether the parts are numbers whose sum is the whole."""
    digests = [told.total, *told.parts.values()]
    if not all(one.isascii() and one.isdigit() for one in digests):
        return False
    return sum(int(one) for one in told.parts.values()) % MODULUS == int(told.total)
