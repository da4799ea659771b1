"""The rulebook's own form: `## C-04 中文题目 | English title`, a Chinese summary after `> `, then the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING = re.compile(r"^## (?P<id>[A-Z]-\d+a?) (?P<zh>.+?) \| (?P<en>.+)$", re.MULTILINE)
MARK = re.compile(r"\[([ABD])\b|/([ABD])\]")
RULE_ID = re.compile(r"\b[A-Z]-\d{1,2}a?\b")


@dataclass(frozen=True)
class Rule:
    """One rule. `marks` say where it comes from: A the law itself, B operator or press, D our default."""

    id: str
    title_zh: str
    title_en: str
    zh: str
    text: str

    @property
    def family(self) -> str:
        """The letter before the dash."""
        return self.id[0]

    @property
    def marks(self) -> tuple[str, ...]:
        """The source marks of the text, each once, in the order of the alphabet."""
        found = {first or second for first, second in MARK.findall(self.text)}
        return tuple(sorted(found))

    @property
    def has_parameter(self) -> bool:
        """Whether some figure in it is a dated parameter."""
        return "⚙" in self.text

    @property
    def cites(self) -> frozenset[str]:
        """The ids of other rules that the text names."""
        return frozenset(RULE_ID.findall(self.text)) - {self.id}


def parse_rulebook(text: str) -> list[Rule]:
    """The rules of one file in its order. Raises ValueError for a rule without a summary or a text."""
    headings = list(HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [_rule(heading, text[heading.end() : ends[place]]) for place, heading in enumerate(headings)]


def _rule(heading: re.Match[str], body: str) -> Rule:
    lines = [line for line in body.strip().splitlines() if line.strip()]
    summary = " ".join(line.removeprefix("> ") for line in lines if line.startswith("> "))
    text = "\n".join(line for line in lines if not line.startswith("> "))
    if not summary or not text:
        raise ValueError(f"{heading['id']}: a rule has a Chinese summary and a text")
    return Rule(heading["id"], heading["zh"], heading["en"], summary, text)
