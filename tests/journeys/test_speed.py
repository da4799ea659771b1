"""Pages on a slow phone: weight and requests exactly, times as the best of a few loads (UX 6.5, 6.6).

A machine that is busy with other tests makes single loads slow, never fast: the best load says what the page can do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page

from demo.cast import terms
from demo.cast.shapes import bill
from portal import clock
from tests.journeys import standards
from tests.journeys.prepared import planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import ordinary

PUBLIC = ("/", "/sign-in", "/closure/no-sms", "/verify")
OF_CASE = ("", "/result", "/unbind", "/pay")
LCP_MS, CLS, INP_MS, TTFB_MS = 1500, 0.02, 100, 300
LOADS, ASKED = 4, 20
FAST_4G = {"offline": False, "latency": 165, "downloadThroughput": 1_012_500, "uploadThroughput": 168_750}
CPU_RATE = 4
WATCH = """() => {
  window.seen = {lcp: 0, cls: 0, inp: 0};
  const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take))
    .observe({type, buffered: true, durationThreshold: 16});
  watch('largest-contentful-paint', one => { seen.lcp = one.startTime });
  watch('layout-shift', one => { if (!one.hadRecentInput) seen.cls += one.value });
  watch('event', one => { if (one.interactionId) seen.inp = Math.max(seen.inp, one.duration) });
}"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"


def a_full_case(page: Page, n: int, contact: str, inside: RunningProduct) -> str:
    """The address of a case with much to show: bills, a contract, a tie."""
    today = clock.today()
    bills = [bill(today, back, 3800) for back in (4, 3, 2)] + [bill(today, 1, 23800, paid=False)]
    more = {"contracts": [terms.handset(today)], "ties": [terms.family(today)]}
    line = planted(ordinary("37", n), bills=bills, **more)
    return seated(page, quoted(line, contact), line, inside).case


def slow(page: Page) -> CDPSession:
    """A phone with a processor four times slower, on 4G, with nothing kept from before."""
    phone = page.context.new_cdp_session(page)
    phone.send("Network.enable")
    phone.send("Network.setCacheDisabled", {"cacheDisabled": True})
    phone.send("Network.emulateNetworkConditions", FAST_4G)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": CPU_RATE})
    page.add_init_script(f"({WATCH})()")
    return phone


def measured(page: Page, where: str) -> dict[str, Any]:
    """One load: largest paint, shifts, and the longest answer to a key and a press."""
    page.goto(where, wait_until="load")
    page.wait_for_function("() => seen.lcp > 0")
    page.keyboard.press("Tab")
    for summary in page.locator("main summary").all()[:1]:
        summary.click()
    page.evaluate(PAINTED)
    found: dict[str, Any] = page.evaluate("() => seen")
    return found


def within(found: dict[str, Any]) -> bool:
    return bool(found["lcp"] <= LCP_MS and found["cls"] <= CLS and found["inp"] <= INP_MS)


def at_best(once: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Loads until one is good enough; [] then, else all that were too slow."""
    tried = []
    for _ in range(LOADS):
        tried.append(once())
        if within(tried[-1]):
            return []
    return tried


def test_pages_stand_quickly_on_a_slow_phone(page: Page, inside: RunningProduct) -> None:
    case = a_full_case(page, 44, "16932700096", inside)
    slow(page)
    late = {}
    for where in (*PUBLIC, *(case + path for path in OF_CASE)):
        late[where.removeprefix(case)] = at_best(lambda where=where: measured(page, where))  # type: ignore[misc]
    assert {where: tried for where, tried in late.items() if tried} == {}


def test_the_first_byte_comes_soon(page: Page, inside: RunningProduct) -> None:
    """19 of 20 answers within 300 ms, beyond what this machine now takes for an answer that touches nothing."""
    case = a_full_case(page, 45, "16932700097", inside)
    for where in ("/", f"{case}/result", case):
        rounds = []
        for _ in range(LOADS):
            idle, taken = nineteenth(page, "/healthz"), nineteenth(page, where)
            rounds.append(taken - idle)
            if rounds[-1] <= TTFB_MS:
                break
        assert rounds[-1] <= TTFB_MS, (where, rounds)


def nineteenth(page: Page, where: str) -> float:
    """The last but one of twenty first bytes, in milliseconds."""
    return sorted(first_byte(page, where) for _ in range(ASKED))[-2]


def first_byte(page: Page, where: str) -> float:
    """Milliseconds from the request to the first byte of the answer."""
    page.goto(where, wait_until="commit")
    found: float = page.evaluate(
        "() => performance.getEntriesByType('navigation').map(one => one.responseStart - one.requestStart)[0]"
    )
    return found


def loaded(page: Page, where: str, phone: CDPSession) -> list[int]:
    """The bytes of every answer that one cold load of a page took, heads included."""
    sizes: list[int] = []

    def note(answer: dict[str, Any]) -> None:
        sizes.append(int(answer["encodedDataLength"]))

    phone.on("Network.loadingFinished", note)
    page.goto(where, wait_until="networkidle")
    phone.remove_listener("Network.loadingFinished", note)
    return sizes


def test_the_pages_of_a_case_are_light(page: Page, inside: RunningProduct) -> None:
    case = a_full_case(page, 46, "16932700098", inside)
    phone = page.context.new_cdp_session(page)
    phone.send("Network.enable")
    phone.send("Network.setCacheDisabled", {"cacheDisabled": True})
    taken = {path: loaded(page, case + path, phone) for path in OF_CASE}
    assert all(10_000 < sum(sizes) <= standards.COLD_BYTES for sizes in taken.values()), taken
    assert all(1 < len(sizes) <= standards.COLD_REQUESTS for sizes in taken.values()), taken
