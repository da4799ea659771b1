"""The demo's carrier: it takes every message but those to a line that its province says receives none."""

from __future__ import annotations

import logging

from psycopg2 import OperationalError

from bss.gateway import Bss
from bss.simulated.lines import line_row
from portal.masked import Phone
from portal.register import home_of

log = logging.getLogger(__name__)


class HandsetSms:
    """What it takes stands on the number's handset page; what it refuses is marked as not delivered."""

    def send(self, to: Phone, text: str, *, message_ref: str) -> bool:
        """False for a suspended or lost line (C-08)."""
        return receives(to)


def receives(number: Phone) -> bool:
    """Whether the line gets text messages; a number no simulated province knows does."""
    home = home_of(number)
    if home is None:
        return True
    try:
        line = line_row(Bss(home.operator, home.province), number.plain)
    except OperationalError:
        log.info("no simulated province %s %s", home.operator, home.province)
        return True
    return bool(line.get("sms", True))
