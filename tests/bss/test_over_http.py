"""What a wire can do to an exchange with a served province, and who is not let in (RELIABILITY 2.3 and 3.23)."""

from __future__ import annotations

import http.client
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from bss import answers, states
from bss.adapters import NoReply
from bss.answers import Ending
from bss.gateway import ask, enquire
from bss.models import Command, Evidence
from bss.provinces import Bss
from bss.served import replays
from bss.served.answering import Reply, answered, failed
from bss.served.server import Exchange, Served
from bss.services import books, commands
from bss.services.evidence import answer_text
from bss.simulated import Temper, effects_of, line_row, set_temper
from bss.tmforum import readings, searches, signatures, wire
from bss.tmforum.links import link_of, server_context
from bss.tmforum.signatures import SIGNATURE, Request
from bss.tmforum.wire import Received
from portal import clock
from portal.actors import Actor
from portal.models.parameters import ParameterValue
from portal.servers.certificates import PORTAL, issue, new_authority
from portal.servers.process import wait_for
from tests.bss.conftest import ABOUT, CASE, FUJIAN, NUMBER, SPEC
from tests.bss.proxy import HELD, NOTHING_WENT_THROUGH, WENT_THROUGH, FaultySocket, faulty
from tests.served import Serving

HOUR = timedelta(hours=1)
Answering = Callable[[Callable[[Bss, str, Request], Reply]], AbstractContextManager[None]]
pytestmark = pytest.mark.usefixtures("over_http")


@pytest.fixture
def between(served: Serving) -> Iterator[FaultySocket]:
    """A faulty socket on the way to Fujian's province."""
    host, port = served.server.server_address[:2]
    with faulty((str(host), int(port))) as one:
        linked = {**served.links[FUJIAN.code], "url": f"https://127.0.0.1:{one.port}/{FUJIAN.code}"}
        settings.BSS_LINKS = {**served.links, FUJIAN.code: linked}
        yield one


@pytest.fixture
def linked() -> Callable[..., None]:
    """Change what the settings say of Fujian's link."""

    def change(**parts: object) -> None:
        settings.BSS_LINKS = {FUJIAN.code: {**settings.BSS_LINKS[FUJIAN.code], **{k: str(v) for k, v in parts.items()}}}

    return change


@pytest.fixture
def answering(served: Serving) -> Answering:
    """A province that answers authentic requests in its own way, for the length of a block."""

    @contextmanager
    def instead(answer: Callable[[Bss, str, Request], Reply]) -> Iterator[None]:
        served.server.answer = answer
        try:
            yield
        finally:
            served.server.answer = answered

    return instead


def in_force(name: str, value: int) -> None:
    ParameterValue.objects.create(name=name, operator="", province="", from_on=date(2020, 1, 1), value=value)


def intended(by: Actor, verb: str = "stop_charging", **also: object) -> Command:
    with transaction.atomic(durable=True):
        about = {"number": NUMBER, **also}
        return commands.intend(FUJIAN, verb, about, case_ref=CASE, by=by, not_after=clock.now() + HOUR)


def to_its_end(command: Command, by: Actor) -> Command:
    for _ in range(8):
        command = commands.run(command.ref, by=by)
        if command.ended:
            break
    return command


@pytest.mark.parametrize("fault", WENT_THROUGH)
def test_an_order_whose_reply_is_lost_on_the_wire_is_unknown_and_done_once(
    fujian: Bss, between: FaultySocket, by: Actor, fault: str
) -> None:
    in_force("bss.deadline", 1500)
    command = intended(by)
    between.befall(fault)
    assert commands.run(command.ref, by=by).state == states.UNKNOWN
    assert (effects_of(fujian, command.ref), between.met) == (1, 1)
    ParameterValue.objects.all().delete()
    assert to_its_end(command, by).state == states.DONE
    assert effects_of(fujian, command.ref) == 1
    assert books.compare(fujian, NUMBER, case_ref=CASE, by=by).true


@pytest.mark.parametrize("fault", NOTHING_WENT_THROUGH)
def test_an_order_that_never_left_is_surely_not_done_and_sent_later(
    fujian: Bss, between: FaultySocket, by: Actor, fault: str
) -> None:
    in_force("bss.deadline", 1000)
    command = intended(by)
    between.befall(fault)
    commands.run(command.ref, by=by)
    assert (effects_of(fujian, command.ref), between.met) == (0, 1)
    ParameterValue.objects.all().delete()
    assert to_its_end(command, by).state == states.DONE
    assert effects_of(fujian, command.ref) == 1


def test_what_was_held_up_and_arrives_all_at_once_acts_once(
    fujian: Bss, between: FaultySocket, served: Serving, by: Actor
) -> None:
    in_force("bss.deadline", 700)
    between.befall(HELD, times=4)
    waiting = [commands.run(intended(by, "pay_in", fen=100).ref, by=by) for _ in range(4)]
    assert {one.state for one in waiting} <= {states.UNKNOWN, states.INTENDED}
    ParameterValue.objects.all().delete()
    ended = [to_its_end(one, by) for one in waiting[:2]]
    between.release()
    ended += [to_its_end(one, by) for one in waiting[2:]]
    wait_for(lambda: not served.server.busy, what="the end of every exchange", limit_s=20)
    assert [(one.state, effects_of(fujian, one.ref)) for one in ended] == [(states.DONE, 1)] * 4


def test_a_reset_before_the_handshake_is_unreachable(fujian: Bss, between: FaultySocket, by: Actor) -> None:
    between.befall("reset at once")
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNREACHABLE


def test_where_nobody_listens_is_unreachable(fujian: Bss, between: FaultySocket, by: Actor) -> None:
    between.close()
    assert commands.run(intended(by).ref, by=by).state == states.INTENDED


def test_a_slow_drip_does_not_outlast_the_deadline(fujian: Bss, between: FaultySocket) -> None:
    between.befall("drip")
    started = time.monotonic()
    with pytest.raises(NoReply):
        search(fujian, ends_in_s=0.7)
    assert 0.5 < time.monotonic() - started < 1.5


def test_a_reply_of_ten_megabytes_is_not_read_to_its_end(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.HONEST, fault="huge")
    found = ask(fujian, "bills", ABOUT, case_ref=CASE, by=by)
    assert (found.ending, found.code) == (Ending.UNKNOWN, answers.TOO_LARGE)
    assert len(answer_text(Evidence.objects.get(ref=found.evidence_ref))) <= 262_144


def test_whatever_is_kept_is_what_came_word_for_word(fujian: Bss, by: Actor) -> None:
    found = ask(fujian, "package", ABOUT, case_ref=CASE, by=by)
    [product] = json.loads(answer_text(Evidence.objects.get(ref=found.evidence_ref)))
    assert (product["@type"], product["productOffering"]["id"]) == ("LinePackage", found.facts["code"])


def test_a_password_echoed_by_the_province_is_not_kept(fujian: Bss, by: Actor, answering: Answering) -> None:
    def echoing(bss: Bss, where: str, one: Request) -> Reply:
        reply = answered(bss, where, one)
        return replace(
            reply, body=reply.body.replace(b'[{"name"', b'[{"name": "service_password", "value": "482913"}, {"name"')
        )

    with answering(echoing):
        found = ask(fujian, "password", {"number": NUMBER, "service_password": "482913"}, case_ref=CASE, by=by)
    kept = answer_text(Evidence.objects.get(ref=found.evidence_ref))
    assert (found.ending, "482913" in kept, "service_password" in kept) == (Ending.DONE, False, True)


def test_an_enquiry_without_a_verb_finds_a_payment_too(fujian: Bss, by: Actor) -> None:
    command = to_its_end(intended(by, "settle"), by)
    assert command.state == states.DONE
    assert enquire(fujian, command.ref, case_ref=CASE, by=by).found
    assert not enquire(fujian, "n" * 26, case_ref=CASE, by=by).found


def test_an_order_still_under_way_is_neither_done_nor_refused(fujian: Bss, by: Actor, answering: Answering) -> None:
    def acknowledged(bss: Bss, where: str, one: Request) -> Reply:
        reply = answered(bss, where, one)
        return replace(reply, body=reply.body.replace(b'"completed"', b'"inProgress"'))

    command = intended(by)
    with answering(acknowledged):
        assert commands.run(command.ref, by=by).state == states.UNKNOWN
        assert Command.objects.get().code == answers.UNDER_WAY
    assert to_its_end(command, by).state == states.DONE


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((one, states.INTENDED) for one in (401, 413, 429, 503)),
        *((one, states.UNKNOWN) for one in (202, 302, 500, 502)),
    ],
)
def test_a_status_ends_an_order_only_as_far_as_it_proves_anything(
    fujian: Bss, by: Actor, answering: Answering, status: int, state: str
) -> None:
    with answering(lambda _bss, _where, one: failed(status, "x", one)):
        assert commands.run(intended(by).ref, by=by).state == state


def test_a_redirect_is_not_followed(fujian: Bss, by: Actor, answering: Answering) -> None:
    seen: list[str] = []

    def moved(bss: Bss, where: str, one: Request) -> Reply:
        seen.append(where)
        return failed(302, "moved", one)

    with answering(moved):
        found = ask(fujian, "bills", ABOUT, case_ref=CASE, by=by)
    assert (found.ending, found.code, len(seen)) == (Ending.UNKNOWN, answers.MALFORMED, 1)


class Page(Exchange):
    """What stands before the province and is not it: its own page, unsigned, whatever was asked."""

    def _send(self, reply: Reply, secret: bytes | None, nonce: str) -> None:
        super()._send(Reply(200, b"[]", reply.exchange_id, clock.now().isoformat()), None, nonce)


def test_a_reply_that_the_province_did_not_sign_proves_nothing(fujian: Bss, served: Serving, by: Actor) -> None:
    served.server.RequestHandlerClass = Page
    try:
        found = ask(fujian, "prepayment", ABOUT, case_ref=CASE, by=by)
    finally:
        served.server.RequestHandlerClass = Exchange
    assert (found.ending, found.code) == (Ending.UNKNOWN, answers.MALFORMED)


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"[1]", b"null", b"[" * 9999, b'[{"@type": "IssuedBill"}]', b"[NaN]"])
def test_an_answer_that_is_not_as_the_tables_say_proves_nothing(
    fujian: Bss, by: Actor, answering: Answering, spoilt: bytes
) -> None:
    with answering(lambda bss, where, one: replace(answered(bss, where, one), body=spoilt)):
        found = ask(fujian, "bills", ABOUT, case_ref=CASE, by=by)
    assert (found.ending, found.code) == (Ending.UNKNOWN, answers.MALFORMED)


def test_an_answer_about_another_line_proves_nothing(fujian: Bss, by: Actor, answering: Answering) -> None:
    def another(bss: Bss, where: str, one: Request) -> Reply:
        reply = answered(bss, where, one)
        return replace(reply, body=reply.body.replace(NUMBER.encode(), b"16135009999"))

    with answering(another):
        assert ask(fujian, "package", ABOUT, case_ref=CASE, by=by).code == answers.MALFORMED


# Who is not let in


def test_a_province_without_a_link_is_unreachable(fujian: Bss, by: Actor) -> None:
    settings.BSS_LINKS = {}
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNREACHABLE


@pytest.mark.parametrize("part", ["url", "ca", "certificate", "key", "secret"])
@pytest.mark.parametrize("value", ["", "/nowhere/at/all"])
def test_a_link_that_lacks_a_part_is_unreachable(
    fujian: Bss, linked: Callable[..., None], by: Actor, part: str, value: str
) -> None:
    linked(**{part: value})
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNREACHABLE


def test_nothing_is_said_in_the_clear(fujian: Bss, served: Serving, linked: Callable[..., None], by: Actor) -> None:
    linked(url=f"http://127.0.0.1:{served.server.server_address[1]}/{FUJIAN.code}")
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNREACHABLE


YESTERDAY = timedelta(days=3)


def _foreign(folder: Path) -> dict[str, object]:
    certificate, key = issue(new_authority(), folder, PORTAL)
    return {"certificate": certificate, "key": key}


def _expired(folder: Path) -> dict[str, object]:
    return _by_the_servers_own(folder, PORTAL, begins=datetime.now(UTC) - YESTERDAY)


def _somebody_else(folder: Path) -> dict[str, object]:
    return _by_the_servers_own(folder, "other.tongban.invalid")


def _a_server(folder: Path) -> dict[str, object]:
    return _by_the_servers_own(folder, "server", host="127.0.0.1")


AUTHORITY = new_authority("of the tests")


def _by_the_servers_own(
    folder: Path, name: str, *, host: str = "", begins: datetime | None = None
) -> dict[str, object]:
    certificate, key = issue(AUTHORITY, folder, name, host=host, begins=begins)
    return {"certificate": certificate, "key": key}


@pytest.fixture
def trusting(served: Serving) -> Iterator[None]:
    """The server trusts the tests' authority for the length of the test: only the certificate itself is wrong."""
    before, files = (
        served.server.context,
        {name: str(served.folder / name) for name in ("ca.pem", "server.pem", "server.key")},
    )
    served.server.context = server_context(*files.values())
    served.server.context.load_verify_locations(cadata=AUTHORITY.certificate.public_bytes(Encoding.PEM).decode())
    yield
    served.server.context = before


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("wrong", [_foreign, _expired, _somebody_else, _a_server])
def test_a_caller_with_a_wrong_certificate_is_not_let_in(
    fujian: Bss, linked: Callable[..., None], by: Actor, tmp_path: Path, wrong: Callable[[Path], dict[str, object]]
) -> None:
    linked(**wrong(tmp_path))
    command = intended(by)
    assert not commands.run(command.ref, by=by).ended
    assert (effects_of(fujian, command.ref), line_row(fujian, NUMBER)["charging"]) == (0, "on")


@pytest.mark.usefixtures("trusting")
def test_a_right_certificate_of_the_same_authority_is_let_in(
    fujian: Bss, linked: Callable[..., None], by: Actor, tmp_path: Path
) -> None:
    linked(**_by_the_servers_own(tmp_path, PORTAL))
    assert to_its_end(intended(by), by).state == states.DONE


def test_a_province_that_cannot_show_its_certificate_is_not_told_anything(
    fujian: Bss, linked: Callable[..., None], by: Actor, tmp_path: Path
) -> None:
    other = tmp_path / "ca.pem"
    other.write_bytes(new_authority().certificate.public_bytes(Encoding.PEM))
    linked(ca=other)
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNREACHABLE


def test_another_provinces_key_opens_nothing(
    fujian: Bss, served: Serving, linked: Callable[..., None], by: Actor
) -> None:
    linked(secret=served.links["161_32"]["secret"])
    command = intended(by)
    assert not commands.run(command.ref, by=by).ended
    assert effects_of(fujian, command.ref) == 0


def search(bss: Bss, *, ends_in_s: float = 5.0) -> Received:
    """A search for the line's bills, as the adapter sends it."""
    link = link_of(bss)
    return wire.exchanged(link, asked(bss), ends_at=wire.deadline(ends_in_s))


def asked(bss: Bss) -> Request:
    body = urlencode(searches.filter_of("bills", {"number": NUMBER})).encode()
    return signatures.request(f"{link_of(bss).base}{readings.BILL}", body, "e" * 26, search=True)


def sent(bss: Bss, one: Request, **headers: str) -> tuple[int, str]:
    """The request as somebody might send it who holds the certificate; gives status and code."""
    link = link_of(bss)
    context = ssl.create_default_context(cafile=_links()["ca"])
    context.load_cert_chain(_links()["certificate"], _links()["key"])
    caller = http.client.HTTPSConnection(link.host, link.port, context=context, timeout=10)
    plain = {
        signatures.EXCHANGE: one.exchange_id,
        signatures.SENT_AT: one.sent_at,
        signatures.NONCE: one.nonce,
        signatures.OVERRIDE: "GET",
        SIGNATURE: signatures.of_request(link.secret, one),
    }
    caller.request("POST", one.path, one.body, {**plain, **headers})
    reply = caller.getresponse()
    found = json.loads(reply.read())
    caller.close()
    return reply.status, found.get("code", "") if isinstance(found, dict) else ""


def _links() -> dict[str, str]:
    return dict(settings.BSS_LINKS[FUJIAN.code])


def test_a_request_sent_twice_is_taken_once(fujian: Bss) -> None:
    one = asked(fujian)
    assert [sent(fujian, one), sent(fujian, one)] == [(200, ""), (401, replays.REPLAYED)]


@pytest.mark.parametrize("off_ms", [-61_000, 61_000, -(10**9)])
def test_a_request_of_another_minute_is_not_taken(fujian: Bss, off_ms: int) -> None:
    one = asked(fujian)
    off = Request(one.path, True, one.body, one.exchange_id, str(int(one.sent_at) + off_ms), one.nonce)
    assert sent(fujian, off) == (401, replays.OFF_CLOCK)


@pytest.mark.parametrize("part", ["body", "exchange_id", "path", "nonce"])
def test_a_request_changed_on_its_way_is_not_taken(fujian: Bss, part: str) -> None:
    one = asked(fujian)
    signed = signatures.of_request(link_of(fujian).secret, one)
    changed = {"body": one.body + b"&x=1", "exchange_id": "f" * 26, "path": one.path[:-1], "nonce": "0" * 32}
    other = Request(**{**vars(one), part: changed[part]})
    assert sent(fujian, other, **{SIGNATURE: signed}) == (401, replays.NOT_SIGNED)


def test_a_search_cannot_be_turned_into_an_order(fujian: Bss) -> None:
    one = asked(fujian)
    assert sent(fujian, one, **{signatures.OVERRIDE: "POST"}) == (401, replays.NOT_SIGNED)


def test_a_reply_is_signed_over_all_it_says_and_what_it_answers() -> None:
    said = ("n" * 32, 200, "e" * 26, "2026-11-24T10:12:00+08:00", b"[]")
    others = ("m" * 32, 201, "f" * 26, "", b"[ ]")
    changed = [(*said[:n], other, *said[n + 1 :]) for n, other in enumerate(others)]
    signed = {signatures.of_reply(b"k" * 32, *one) for one in (said, *changed)}  # type: ignore[arg-type]
    assert len(signed) == 1 + len(others)


def test_after_a_restart_what_was_sent_before_it_is_refused() -> None:
    early = signatures.request("/x", b"", "e" * 26, search=True)
    time.sleep(0.002)
    memory = replays.Replays()
    signed = signatures.of_request(b"k" * 32, early)
    assert memory.fault(b"k" * 32, early, signed, now=signatures.now_ms()) == replays.OFF_CLOCK


def test_a_hundred_requests_with_one_nonce_at_once_are_taken_once() -> None:
    memory, found = replays.Replays(), list[str]()
    one = signatures.request("/x", b"", "e" * 26, search=True)
    signed = signatures.of_request(b"k" * 32, one)

    def take() -> None:
        found.append(memory.fault(b"k" * 32, one, signed, now=signatures.now_ms()))

    threads = [threading.Thread(target=take) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(found)) == ["", replays.REPLAYED]
    assert found.count("") == 1


def test_the_memory_of_requests_does_not_grow_for_ever() -> None:
    memory, later = replays.Replays(), signatures.now_ms() + 10**7
    for n in range(20):
        at = str(later + n * 60_000)
        one = Request("/x", True, b"", "e" * 26, at, f"{n:032x}")
        signed = signatures.of_request(b"k" * 32, one)
        assert memory.fault(b"k" * 32, one, signed, now=int(at)) == ""
    assert len(memory) < 6


class Listening(Exchange):
    """Notes every address it is asked at."""

    addresses: ClassVar[list[str]] = []

    def _judged(self, served: Served, collection: str, one: Request) -> Reply:
        self.addresses.append(self.path)
        return super()._judged(served, collection, one)


def test_neither_an_address_nor_a_log_names_anybody(
    fujian: Bss, served: Serving, by: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    served.server.RequestHandlerClass = Listening
    try:
        ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
        to_its_end(intended(by), by)
    finally:
        served.server.RequestHandlerClass = Exchange
    told = " ".join(Listening.addresses) + caplog.text
    assert len(Listening.addresses) == 2
    assert not any(secret in told for secret in (NUMBER, SPEC.holder_name, SPEC.holder_id))


def test_a_proxy_of_the_environment_is_not_used(fujian: Bss, by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.DONE


def test_outside_a_demo_no_province_is_served(served: Serving) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo"):
        call_command("serve_provinces", served.folder / "links.json")
