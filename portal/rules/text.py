"""What people type, brought to one form before it is judged (RELIABILITY §5)."""

import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
DASHES = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2212"))


def half_width(text: str) -> str:
    """Full-width signs as their plain ones, zero-width ones dropped; ² or ٣ stay and are judged as they are."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if unicodedata.east_asian_width(sign) == "F" else sign
        for sign in text.translate(INVISIBLE)
    )


def squeezed(text: str) -> str:
    """Half width, without any white space."""
    return "".join(half_width(text).split())


def is_digits(text: str) -> bool:
    """Only 0 to 9, and at least one of them (``str.isdigit`` takes ² and ٣ too)."""
    return text != "" and all("0" <= sign <= "9" for sign in text)
