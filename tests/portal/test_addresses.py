"""By which address limits count: one subscriber's, however many addresses they have (D-04)."""

from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from portal.requests import address_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_whole_network_of_one_subscriber_counts_as_one(one: str, other: str, same: bool) -> None:
    ask = RequestFactory()
    found = [address_of(ask.get("/", REMOTE_ADDR=address)) for address in (one, other)]
    assert (found[0] == found[1]) is same


def test_behind_a_trusted_proxy_the_network_counts_too() -> None:
    with override_settings(TRUSTED_PROXIES=["192.0.2.9"]):
        asked = RequestFactory().get("/", REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": "2001:db8:1:2::77"})
        assert address_of(asked) == "2001:db8:1:2::/64"
