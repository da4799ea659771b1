"""Which stores to show."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from portal.forms.words import WordForm

Choices = Sequence[tuple[str, str]]


class StoresForm(WordForm):
    """Operator, province and city; the choices are those that have a store."""

    operator = forms.ChoiceField(label="stores.operator", required=False)
    province = forms.ChoiceField(label="stores.province", required=False)
    city = forms.ChoiceField(label="stores.city", required=False)

    def __init__(
        self, *, operators: Choices, provinces: Choices, cities: Choices, lang: str, initial: dict[str, str]
    ) -> None:
        super().__init__(lang=lang, initial=initial)
        for name, choices in (("operator", operators), ("province", provinces), ("city", cities)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(choices)
