"""How to pay, and where a refund goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from portal.forms.words import WordForm, text_field


class MethodForm(WordForm):
    """A way to pay."""

    method = forms.ChoiceField(
        label="closure.pay.method",
        choices=[("card", "closure.pay.card"), ("wallet", "closure.pay.wallet"), ("cash", "closure.pay.cash")],
        widget=forms.RadioSelect,
        error_messages={"required": "error.closure.method", "invalid_choice": "error.closure.method"},
    )


class PayForm(MethodForm):
    """A way to pay; `quote` is the quote the person saw."""

    quote = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)


class RefundForm(WordForm):
    """A route; the digits are asked for with card and number only."""

    route = forms.ChoiceField(
        label="closure.refund.route",
        choices=[("card", "closure.refund.card"), ("line", "closure.refund.line"), ("cash", "closure.refund.cash")],
        widget=forms.RadioSelect,
        error_messages={"required": "error.refund.route", "invalid_choice": "error.refund.route"},
    )
    destination = text_field(
        "closure.refund.destination",
        hint="closure.refund.destination_hint",
        empty="error.refund.card",
        inputmode="numeric",
        autocomplete="off",
    )
    quote = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)

    def __init__(self, data: Any = None, *, routes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["destination"].required = False
        route = self.fields["route"]
        if isinstance(route, forms.ChoiceField):
            route.choices = [(name, f"closure.refund.{name}") for name in routes]


class ReturnForm(WordForm):
    """A card for money that came back and has no other way."""

    card = text_field("closure.refund.card_number", empty="error.refund.card", inputmode="numeric", autocomplete="off")
