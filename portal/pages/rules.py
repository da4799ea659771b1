"""The rules, for everybody to read: each finding names one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.pages.errors import lang_of
from portal.pages.showing import show
from portal.queries.rules import all_rules, families
from portal.rules.rulebook import Rule


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules by family."""
    lang = lang_of(request)
    groups = [
        {"title": f"rules.family.{family}", "rules": [_row(rule, lang) for rule in members]}
        for family, members in families().items()
    ]
    return show(request, "portal/rules.html", {"groups": groups})


@require_safe
def one_rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule with its full text and the marks of its sources."""
    rule = all_rules().get(rule_id.upper().replace("A", "a") if rule_id[-1:] in "aA" else rule_id.upper())
    if rule is None:
        raise Http404
    context = {
        "rule": _row(rule, lang_of(request)),
        "summary": rule.zh,
        "text": rule.text.replace("`", ""),
        "marks": [f"rules.mark.{mark}" for mark in rule.marks],
        "has_parameter": rule.has_parameter,
    }
    return show(request, "portal/rule.html", context)


def _row(rule: Rule, lang: str) -> dict[str, str]:
    return {"id": rule.id, "title": rule.title_en if lang == "en" else rule.title_zh}
