"""Forms whose labels, hints and messages are lexicon keys; they know the shape of what is typed, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from portal.errors import TongbanError

T = TypeVar("T")


class WordForm(forms.Form):
    """A form in one language. `read` runs a rule over a field; `blame` shows a verb's refusal at its field."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, lang: str = "zh", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.lang = lang
        self.label_suffix = ""

    def read(self, name: str, rule: Callable[[str], T]) -> T:
        """The cleaned text of a field put through a rule; its refusal becomes the field's message."""
        try:
            return rule(str(self.cleaned_data[name]))
        except TongbanError as error:
            raise forms.ValidationError(error.message(self.lang)) from error

    def blame(self, error: TongbanError) -> None:
        """Put a refusal at the field it names, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.message(self.lang))


def text_field(label: str, *, empty: str, hint: str = "", **attrs: str) -> forms.CharField:
    """A one-line field: lexicon keys for label, hint and the message when it is empty; attributes of the input."""
    return forms.CharField(
        label=label,
        help_text=hint,
        error_messages={"required": empty},
        widget=forms.TextInput(attrs=dict(attrs)),
    )
