"""Sensitive values whose text form is masked (G-06, CONVENTIONS 14).

``str()``, ``repr()`` and formatting never show the value; only ``.plain`` does, and every use of it is a line one can
search for. They cannot be pickled: a message, a cache and a log carry ids only.
"""

from typing import Any, NoReturn, Self


class Masked:
    """A value that is shown masked unless asked for in so many words."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    @property
    def plain(self) -> str:
        """The value itself. Reading it for a person needs a reason and a record (D-02)."""
        return self._plain

    @property
    def masked(self) -> str:
        """What may be shown to anybody."""
        return "*" * 4

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.masked})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Masked) and other._plain == self._plain

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._plain))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} does not travel: send the id of its row")


class Phone(Masked):
    """A mobile number of 11 digits, shown as 138****1234."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        return f"{self._plain[:3]}****{self._plain[-4:]}" if len(self._plain) >= 9 else "****"

    @property
    def last4(self) -> str:
        """The last four digits, which a receipt may print."""
        return self._plain[-4:]


class IdNumber(Masked):
    """A document number; a resident ID is shown as 350102********1234."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        if len(self._plain) == 18:
            return f"{self._plain[:6]}********{self._plain[-4:]}"
        return f"{self._plain[:1]}******{self._plain[-2:]}" if len(self._plain) > 5 else "******"


class PersonName(Masked):
    """A person's name, shown as the surname and one star, so that the length does not show either."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        return f"{self._plain[:1]}*"
