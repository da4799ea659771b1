"""A unit's name and its unified social credit code (G-04, GB 32100)."""

from __future__ import annotations

import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from portal.errors import Invalid
from portal.masked import IdNumber, PersonName
from portal.rules.text import INVISIBLE, squeezed

LONGEST_UNIT = 60
_SIGNS = frozenset("()（）·-—&、,，.《》“”\"' ")


def parse_unit_code(text: str, *, field: str = "id_number") -> IdNumber:
    """Read an 18-character social credit code; Invalid `error.unit.empty | code` (G-04)."""
    code = squeezed(text).upper()
    if code == "":
        raise Invalid("error.unit.empty", field=field, rule_id="G-04")
    try:
        return IdNumber(str(uscc.validate(code)))
    except ValidationError:
        raise Invalid("error.unit.code", field=field, rule_id="G-04") from None


def parse_unit_name(text: str, *, field: str = "name") -> PersonName:
    """Read a unit's name of 2 to 60 characters; Invalid `error.name.empty | long | characters`."""
    name = " ".join(text.translate(INVISIBLE).split())
    if len(name) < 2:
        raise Invalid("error.name.empty", field=field)
    if len(name) > LONGEST_UNIT:
        raise Invalid("error.name.long", field=field, n=LONGEST_UNIT)
    if not all(sign in _SIGNS or unicodedata.category(sign)[0] in "LN" for sign in name):
        raise Invalid("error.name.characters", field=field)
    return PersonName(name)
