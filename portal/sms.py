"""The way out to the network, by the class that ``settings.SMS_ADAPTER`` names."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.masked import Phone


class SmsAdapter(Protocol):
    """Hands one message to a carrier. May take time and may fail: it is never called inside a transaction."""

    def send(self, to: Phone, text: str, *, message_ref: str) -> bool:
        """Whether the carrier took it; the same ``message_ref`` may come again and is the same message."""
        ...


class SimulatedSms:
    """A carrier that takes everything: the row itself is what the demo's handset shows."""

    def send(self, to: Phone, text: str, *, message_ref: str) -> bool:
        """Always taken."""
        return True


def adapter() -> SmsAdapter:
    """The adapter of this deployment."""
    made: SmsAdapter = import_string(settings.SMS_ADAPTER)()
    return made
