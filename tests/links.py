"""`python -m tests.links`: every relative link between the pages of the documentation leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def dead_links() -> list[str]:
    """Each as `page: link`."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]


if __name__ == "__main__":
    if dead := dead_links():
        raise SystemExit("Dead links:\n" + "\n".join(dead))
    print("All links between the pages lead somewhere.")
