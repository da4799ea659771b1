"""How content, 1 to 5, and words if one likes (T-15)."""

from __future__ import annotations

from django import forms

from closure.models.satisfaction import WORDS_LIMIT
from portal.forms.words import WordForm

SCORES = ("5", "4", "3", "2", "1")


class SatisfactionForm(WordForm):
    """The best first; nothing is chosen beforehand."""

    score = forms.ChoiceField(
        label="closure.satisfaction.score",
        choices=[(score, f"closure.satisfaction.{score}") for score in SCORES],
        widget=forms.RadioSelect,
        error_messages={"required": "error.satisfaction.score", "invalid_choice": "error.satisfaction.score"},
    )
    words = forms.CharField(
        label="closure.satisfaction.words",
        help_text="closure.satisfaction.words_hint",
        required=False,
        max_length=WORDS_LIMIT,
        error_messages={"max_length": "error.satisfaction.words"},
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
