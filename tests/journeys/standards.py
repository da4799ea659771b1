"""What UX.md asks of every page, as measurements of one page that stands in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page

HEADING_MAX = 16
BUTTON_MIN, BUTTON_MAX = 2, 10
COLD_BYTES, COLD_REQUESTS = 100 * 1024, 8
HAN = re.compile("[\u4e00-\u9fff]")

SMALL = """least => [...document.querySelectorAll('main a, main button, main input, main select, main summary')]
  .filter(one => one.type !== 'hidden' && one.offsetParent !== null && !one.closest('.vh'))
  .filter(one => !(one.matches('a') && one.closest('p, li, td, th, dd, small, .fine')))
  .map(one => [one, (one.matches('[type=checkbox], [type=radio]') ? one.closest('label') || one : one)])
  .map(([one, box]) => [one.outerHTML.slice(0, 90), box.getBoundingClientRect()])
  .filter(([, box]) => box.height && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(([html, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""

SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`body, body * {line-height:1.5 !important; letter-spacing:.12em !important;
    word-spacing:.16em !important} p {margin-bottom:2em !important}`);
  document.adoptedStyleSheets = [sheet];
  const lost = [...document.querySelectorAll('main *')]
    .filter(one => one.offsetParent !== null && !one.closest('.vh, svg, table'))
    .filter(one => getComputedStyle(one).overflow !== 'visible')
    .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    .map(one => one.outerHTML.slice(0, 90));
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.adoptedStyleSheets = [];
  return wide > 0 ? [...lost, `${wide} px too wide`] : lost;
}"""

SUMS = """() => [...document.querySelectorAll('.bill')]
  .filter(bill => bill.querySelector('[data-fen]'))
  .map(bill => [
  [...bill.querySelectorAll('[data-fen]')].reduce((sum, one) => sum + Number(one.dataset.fen), 0),
  Number(bill.querySelector('[data-total-fen]').dataset.totalFen)])"""

BARE_TAGS = """() => [...document.querySelectorAll('main .tag, main ul.six li > span')]
  .filter(one => !one.matches('.t-idle') && (!one.querySelector('svg use') || !one.innerText.trim()))
  .map(one => one.outerHTML.slice(0, 90))"""


UNMARKED = """() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (/[\\u4e00-\\u9fff]/.test(text.data) && !text.parentElement.closest('[lang^=zh]')) found.push(text.data.trim());
  }
  return /[\\u4e00-\\u9fff]/.test(document.title) ? [...found, document.title] : found}"""


def sideways(page: Page) -> list[str]:
    """The page scrolls sideways: its width and what is wider; [] when it does not (UX 6.10)."""
    wide = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    )
    return [] if wide[0] <= wide[1] else [f"{wide[0]} px in {wide[1]} px"]


def small_targets(page: Page, least_px: int) -> list[str]:
    """What one taps and is smaller than `least_px`; links inside a sentence are exempt (UX 6.12)."""
    found: list[str] = page.evaluate(SMALL, least_px)
    return found


def lost_by_spacing(page: Page) -> list[str]:
    """What the text spacing of WCAG 1.4.12 cuts off or pushes out; the page is as it was afterwards (UX 6.11)."""
    found: list[str] = page.evaluate(SPACED)
    return found


def wrong_sums(page: Page) -> list[list[int]]:
    """Bills whose rows do not add up to their total, in fen (UX 6.17)."""
    sums: list[list[int]] = page.evaluate(SUMS)
    return [each for each in sums if each[0] != each[1]]


def bare_tags(page: Page) -> list[str]:
    """Statuses told by colour alone: no shape or no word (UX 6.20)."""
    found: list[str] = page.evaluate(BARE_TAGS)
    return found


def long_words(page: Page) -> list[str]:
    """A heading over 16 characters or a button outside 2 to 10, Chinese pages (UX 6.13)."""
    headings = [text for text in page.locator("h1").all_inner_texts() if len(text.strip()) > HEADING_MAX]
    buttons = [text.strip() for text in page.locator("main button, main a.btn").all_inner_texts()]
    bad = [text for text in buttons if HAN.search(text) and not BUTTON_MIN <= len(text) <= BUTTON_MAX]
    return headings + bad


def personal(page: Page, person: dict[str, str]) -> list[str]:
    """Kinds of full personal data in the HTML, title or address (UX 6.15); `person` maps kind to value."""
    seen = page.content() + page.title() + page.url
    return [kind for kind, value in person.items() if value and value in seen]


def chinese_left(page: Page) -> list[str]:
    """Chinese on an English page that is not marked as such: only proper names and the other language's link are."""
    found: list[str] = page.evaluate(UNMARKED)
    return found


def faults(page: Page, *, least_px: int = 44, person: dict[str, str] | None = None) -> list[str]:
    """All that UX section 6 finds wrong with the page that stands there, at the width it has."""
    words = long_words(page) if page.locator("html[lang^=zh]").count() else chinese_left(page)
    return [
        *sideways(page),
        *small_targets(page, least_px),
        *(f"{rows} for {total}" for rows, total in wrong_sums(page)),
        *bare_tags(page),
        *words,
        *personal(page, person or {}),
        *lost_by_spacing(page),
    ]
