"""Refusals people can read: a key of the lexicon, a field, a rule (CONVENTIONS 17)."""

from typing import Any, ClassVar

from portal.lexicon import say


class TongbanError(Exception):
    """A clear "no". ``str()`` is the key and never a fact, so that a traceback gives nothing away.

    ``field`` names the form field to mark, ``rule_id`` the rule that asks for it; ``facts`` fill the message.
    """

    http: ClassVar[int] = 400

    def __init__(self, key: str, *, field: str = "", rule_id: str = "", **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.field = field
        self.rule_id = rule_id
        self.facts: dict[str, Any] = facts

    def message(self, lang: str = "zh") -> str:
        """The sentence to show, in ``zh`` or ``en``."""
        return say(self.key, lang, **self.facts)


class Invalid(TongbanError):
    """What was typed cannot be used; nothing was written."""

    http = 422


class Conflict(TongbanError):
    """Somebody or something was faster; look at the row again."""

    http = 409


class Stale(TongbanError):
    """The client decided by something that has been replaced; look again."""

    http = 412


class Refused(TongbanError):
    """This actor may not do that."""

    http = 403


class Unknown(TongbanError):
    """Nobody proved who asks: sign in, or send a token that still holds."""

    http = 401


class Missing(TongbanError):
    """No such row, or not yours: the same answer for both."""

    http = 404


class TooMany(TongbanError):
    """A limit was reached; ``retry_after`` is in seconds."""

    http = 429

    def __init__(self, key: str, *, retry_after: int = 60, field: str = "", rule_id: str = "", **facts: Any) -> None:
        minutes = max(1, -(-retry_after // 60))
        super().__init__(key, field=field, rule_id=rule_id, **{"minutes": minutes, **facts})
        self.retry_after = retry_after
