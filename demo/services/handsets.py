"""Handset pages: opened for a number, and text messages sent from them."""

from __future__ import annotations

from django.db import transaction

from demo.models import Handset
from portal import clock
from portal.actors import Actor
from portal.masked import Phone
from portal.models import SmsMessage
from portal.refs import new_ref
from portal.services import sms
from portal.services.register import number_index, number_indexes


def open_handset(number: Phone, *, story: str = "", position: int = 1000, by: Actor) -> Handset:
    """The handset of a number, made when it is asked for the first time; a story given later is written in."""
    index = number_index(number)
    with transaction.atomic():
        found = Handset.objects.filter(number_index__in=number_indexes(number)).first()
        if found is not None and (not story or found.story == story):
            return found
        if found is not None:
            Handset.objects.filter(pk=found.pk).update(story=story, position=position)
            return found
        handset = Handset(ref=new_ref(), number_index=index, story=story, position=position)
        handset.number = number
        handset.save(force_insert=True)
        return handset


def send(handset: Handset, service: str, text: str, *, by: Actor) -> SmsMessage:
    """Hand a message from the handset to a service number, as the operator's gateway would."""
    return sms.receive(handset.number, service, text, at=clock.now())
