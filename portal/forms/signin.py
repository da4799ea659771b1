"""Signing in: a number, then the code that was sent to it; staff with three things at once."""

from __future__ import annotations

from django import forms

from portal.errors import Invalid
from portal.forms.words import WordForm, text_field
from portal.masked import Phone
from portal.rules.phone import parse_phone
from portal.rules.text import is_digits, squeezed


class PhoneForm(WordForm):
    """The number to sign in with."""

    phone = text_field(
        "signin.phone", hint="signin.phone_hint", empty="error.phone.empty", inputmode="numeric", autocomplete="tel"
    )

    def clean_phone(self) -> Phone:
        """A phone number, masked from here on."""
        return self.read("phone", parse_phone)


class CodeForm(WordForm):
    """The code from the text message: one field, paste allowed."""

    code = text_field("signin.code", empty="error.code.empty", inputmode="numeric", autocomplete="one-time-code")

    def clean_code(self) -> str:
        """Six digits, full-width ones and spaces made right."""
        return self.read("code", six_digits)


class StaffForm(WordForm):
    """User name, password and one-time code on one page (D-04)."""

    username = text_field("staff.username", empty="error.signin.username_empty", autocomplete="username")
    password = forms.CharField(
        label="staff.password",
        error_messages={"required": "error.signin.password_empty"},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    totp = text_field(
        "staff.totp",
        hint="staff.totp_hint",
        empty="error.signin.totp_empty",
        inputmode="numeric",
        autocomplete="one-time-code",
    )


def six_digits(text: str) -> str:
    """A six-digit code as typed; Invalid `error.code.digits` otherwise."""
    digits = squeezed(text)
    if not is_digits(digits) or len(digits) != 6:
        raise Invalid("error.code.digits", field="code")
    return digits
