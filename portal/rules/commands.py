"""Command words of inbound text messages (P-06): CXXZ, SQXZ, 40 …"""

import re
import unicodedata

from portal.rules.text import INVISIBLE

SHARPS = dict.fromkeys(map(ord, "＃﹟♯"), "#")
_WORD = re.compile(r"([A-Z0-9]{1,8})(?:#|\Z)")


def normal_command(text: str) -> str:
    """A message in one form: NFKC, every sharp sign "#", no white space or zero-width signs, capitals."""
    plain = unicodedata.normalize("NFKC", text.translate(INVISIBLE).translate(SHARPS))
    return "".join(plain.split()).upper()


def command_word(text: str) -> str:
    """The word before the first "#", or the whole message if it is one short word; else ""."""
    match = _WORD.match(normal_command(text))
    return match[1] if match else ""
