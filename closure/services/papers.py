"""Pictures of documents: cleaned, marked, sealed, and shown to those only who may see them (N-13, D-02)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from closure import states
from closure.models import Case, Paper
from closure.queries import visible_to
from portal import clock
from portal.actors import Actor
from portal.errors import Invalid, Missing
from portal.lexicon import say
from portal.masked import IdNumber
from portal.refs import new_ref
from portal.roles import Role
from portal.sealing import seal_under, unseal_under
from portal.services.reveal import reveal
from realname.rules.pictures import Picture, clean_picture

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
TEMPLATE = files("closure") / "documents" / "paper.typ"
DRAWN = b"/Subtype/Image"


def prepare(case: Case, sent: Mapping[str, bytes]) -> dict[str, bytes]:
    """Clean and mark each picture, by kind; outside transactions, because drawing takes its time.

    Raises Invalid `error.picture.…` at the field of that name.
    """
    return {kind: _marked(clean_picture(content, field=kind), mark_of(case), kind) for kind, content in sent.items()}


def mark_of(case: Case) -> str:
    """What stands across each copy: for which operator, for what, when (N-13)."""
    operator = say(f"operator.{case.operator}", case.language)
    return say("closure.paper.mark", case.language, operator=operator, on=clock.today())


def drawing(picture: Picture) -> str:
    """The picture as SVG, the way up it was taken."""
    href = f"data:image/{picture.kind};base64,{base64.b64encode(picture.content).decode()}"
    width, height = picture.width, picture.height
    turned = (height, width) if picture.orientation >= 5 else (width, height)
    flip = " ".join(str(one) for one in _upright(picture))
    image = f'<image width="{width}" height="{height}" transform="matrix({flip})" href="{href}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{turned[0]}" height="{turned[1]}">{image}</svg>'


def _upright(picture: Picture) -> tuple[int, int, int, int, int, int]:
    """The matrix of each of the eight EXIF orientations: where a point of the picture belongs when it is shown."""
    w, h = picture.width, picture.height
    return {
        2: (-1, 0, 0, 1, w, 0),
        3: (-1, 0, 0, -1, w, h),
        4: (1, 0, 0, -1, 0, h),
        5: (0, 1, 1, 0, 0, 0),
        6: (0, 1, -1, 0, h, 0),
        7: (0, -1, -1, 0, h, w),
        8: (0, -1, 1, 0, 0, w),
    }.get(picture.orientation, (1, 0, 0, 1, 0, 0))


def _marked(picture: Picture, mark: str, field: str) -> bytes:
    """One page with the picture and its mark; a picture that cannot be drawn leaves none, and is refused."""
    drawn = drawing(picture)
    try:
        pdf = typst.compile(  # type: ignore[misc]
            TEMPLATE.read_bytes(),
            font_paths=[str(FONTS)],
            sys_inputs={"picture": drawn, "mark": mark},
            ignore_system_fonts=True,
        )
    except typst.TypstError:
        raise Invalid("error.picture.broken", field=field, rule_id="N-13") from None
    if not isinstance(pdf, bytes) or DRAWN not in pdf:
        raise Invalid("error.picture.broken", field=field, rule_id="N-13")
    return pdf


def store(case: Case, prepared: Mapping[str, bytes], wanted: Sequence[str], *, by: Actor) -> list[Paper]:
    """Seal the marked copies under the case's data key, in the caller's transaction; each replaces its forerunner.

    What a filed case held stays as evidence. A draft keeps nothing that was replaced, nor any kind that is not
    `wanted`: the rows are gone, pictures included (D-06).
    """
    replaced = case.papers.filter(kind__in=prepared, replaced_at=None)
    if case.state == states.DRAFT:
        replaced.delete()
        case.papers.exclude(kind__in=wanted).delete()
    else:
        replaced.update(replaced_at=clock.now())
    return Paper.objects.bulk_create(_row(case, kind, pdf, by) for kind, pdf in prepared.items())


def _row(case: Case, kind: str, pdf: bytes, by: Actor) -> Paper:
    ref = new_ref()
    return Paper(
        ref=ref,
        case=case,
        kind=kind,
        content_box=seal_under(case.ref, base64.b64encode(pdf).decode(), _aad(ref)),
        sha256=hashlib.sha256(pdf).hexdigest(),
        bytes=len(pdf),
        mark=mark_of(case),
        by_ref=by.ref,
        at=clock.now(),
    )


def _aad(ref: str) -> str:
    return f"closure_paper.content_box:{ref}"


def present(case: Case) -> dict[str, Paper]:
    """The papers in force, by kind, without their content."""
    return {paper.kind: paper for paper in case.papers.filter(replaced_at=None).defer("content_box")}


def read(ref: str, *, reason: str = "", by: Actor) -> bytes:
    """The marked PDF of a paper. Staff state a reason, and the holder sees that they looked (D-02).

    Raises Missing for a paper of a case out of sight, as for an absent one; Invalid and TooMany as `reveal` does.
    """
    paper = Paper.objects.select_related("case").filter(ref=ref).first()
    if paper is None or not _may_see(paper.case, by):
        raise Missing("error.missing")
    case = paper.case
    if by.role != Role.SUBSCRIBER:
        about = {"subject_ref": case.account_ref, "case_ref": case.ref, "province": case.province}
        reveal(IdNumber(paper.ref), paper.kind, **about, reason=reason, by=by)
    return base64.b64decode(unseal_under(case.ref, bytes(paper.content_box), _aad(paper.ref)))


def _may_see(case: Case, by: Actor) -> bool:
    """Staff and subscribers of the case; regulators and auditors see cases masked, never a copy of a document."""
    if by.role not in (Role.SUBSCRIBER, Role.CLERK, Role.SUPERVISOR):
        return False
    return visible_to(by).filter(pk=case.pk).exists()
