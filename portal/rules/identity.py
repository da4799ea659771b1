"""Resident ID numbers (G-03, GB 11643) and names."""

import unicodedata
from datetime import date

from stdnum.cn.ric import calc_check_digit

from portal.errors import Invalid
from portal.masked import IdNumber, PersonName
from portal.rules.places import PROVINCES
from portal.rules.text import INVISIBLE, is_digits, squeezed

RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})
"""Hong Kong, Macao and Taiwan residents' permits: exactly these six digits."""

LONGEST_NAME = 25
_DOTS = dict.fromkeys(map(ord, "•・‧．.∙⋅᛫･﹒｡"), "·")
_NAME_SIGNS = frozenset("· -'’")
NEVER_ASSIGNED = "99"
"""No province has a prefecture 99: identities of the demo world carry it, so that they are nobody's."""


def _prefix_is_known(digits: str) -> bool:
    if digits[0] == "9":  # foreigners' permanent residence, form of 2023, same check
        return True
    return digits[:2] in PROVINCES or digits[:6] in RESIDENCE_PERMITS


def _birth(digits: str, field: str) -> date:
    try:
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        raise Invalid("error.id.birth", field=field, rule_id="G-03") from None


def parse_resident_id(text: str, *, today: date, field: str = "id_number") -> IdNumber:
    """Read an 18-character resident ID; spaces, full width and a small x are taken.

    Raises Invalid ``error.id.empty | fifteen | length | characters | prefix | check | birth | future`` (G-03). Only the
    check character comes from python-stdnum: its ``validate`` rejects real numbers whose district was renamed.
    """
    digits = squeezed(text).upper()
    if digits == "":
        raise Invalid("error.id.empty", field=field, rule_id="G-03")
    if len(digits) == 15 and is_digits(digits):
        raise Invalid("error.id.fifteen", field=field, rule_id="G-03")
    if len(digits) != 18:
        raise Invalid("error.id.length", field=field, rule_id="G-03", n=len(digits))
    if not is_digits(digits[:17]) or not (is_digits(digits[17]) or digits[17] == "X"):
        raise Invalid("error.id.characters", field=field, rule_id="G-03")
    if not _prefix_is_known(digits):
        raise Invalid("error.id.prefix", field=field, rule_id="G-03")
    if calc_check_digit(digits) != digits[17]:
        raise Invalid("error.id.check", field=field, rule_id="G-03")
    if _birth(digits, field) > today:
        raise Invalid("error.id.future", field=field, rule_id="G-03")
    return IdNumber(digits)


def demo_id(province: str, birth: date, seq: int) -> IdNumber:
    """A well-formed number that belongs to nobody: district 99 was never assigned (demo world and tests only)."""
    body = f"{province}{NEVER_ASSIGNED}99{birth:%Y%m%d}{seq % 1000:03d}"
    return IdNumber(body + calc_check_digit(body + "0"))


def _is_name_sign(sign: str) -> bool:
    return sign in _NAME_SIGNS or unicodedata.category(sign)[0] in "LM"


def parse_name(text: str, *, field: str = "name") -> PersonName:
    """Read a name of 1 to 25 characters and keep it as typed, but for zero-width signs and outer spaces.

    The dots of minority names become "·". Controls, U+202E, digits and symbols: Invalid ``error.name.characters``;
    further ``error.name.empty | long``.
    """
    name = " ".join(text.translate(INVISIBLE).translate(_DOTS).split(" ")).strip(" \u3000\t\r\n")
    if name == "":
        raise Invalid("error.name.empty", field=field)
    if len(name) > LONGEST_NAME:
        raise Invalid("error.name.long", field=field, n=LONGEST_NAME)
    if not all(map(_is_name_sign, name)) or not any(unicodedata.category(sign)[0] == "L" for sign in name):
        raise Invalid("error.name.characters", field=field)
    return PersonName(name)


def normal_name(name: PersonName) -> str:
    """The form in which names are compared: NFKC (U+F9DC is 隆), one dot, no spaces, capitals."""
    folded = unicodedata.normalize("NFKC", name.plain.translate(INVISIBLE)).translate(_DOTS)
    return "".join(folded.split()).upper()


def same_name(a: PersonName, b: PersonName) -> bool:
    """Whether two names are the same once both are brought to one form."""
    return normal_name(a) == normal_name(b)
