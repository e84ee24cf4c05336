"""The box beside an article: the practice's calculators, the first two ready to be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import ArticlePanel, Lang, Text
from kbplatform_calculators.forms import Field, fields_of, fill
from kbplatform_calculators.index import DAILY
from kbplatform_calculators.references import cited_by
from kbplatform_calculators.registry import page_url, registry_of

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleContext, Services
    from kbplatform_calculators.calculator import Calculator

FORMS, LINKS = 2, 12
ROOM = 5_600
"""Characters that may be written into a box: the core allows 6,000."""


@dataclass(frozen=True, slots=True)
class SmallForm:
    """A calculator's first way, to be filled in beside the article."""

    calculator: Calculator
    fields: list[Field]
    hidden: list[tuple[str, str]]

    @property
    def size(self) -> int:
        """Characters that it takes, at most: names and words may be escaped."""
        words = sum(len(f.label) + len(f.placeholder) + sum(90 + 2 * len(w) for o in f.options for w in o) for f in self.fields)
        return 700 + 2 * words + sum(360 + 4 * len(f.id) for f in self.fields)


def panels_for(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """One panel with the calculators an article names and those that serve its practice; none without one.

    As many of the first two as there is room for are forms, the others links; the source's formula comes last.
    """
    registry, lang = registry_of(services), _lang(article.ui_lang)
    serving = registry.serving(article.number) if article.number is not None else []
    named = [registry.calculators[c] for c in cited_by(services.db, article.slug, article.lang) if c in registry.calculators]
    there = {c.id: c for c in (*serving, *named)}
    if not there:
        return []
    forms, links = _in_room(sorted(there.values(), key=_order), lang)
    return [ArticlePanel(Text("算一算", "Work it out"), "calculators/panel.html", {"forms": forms, "links": links}, order=10)]


def _order(calculator: Calculator) -> tuple[bool, int]:
    """Those used daily first, the source's own last."""
    return calculator.as_in_source is not None, DAILY.index(calculator.id) if calculator.id in DAILY else len(DAILY)


def _in_room(calculators: list[Calculator], lang: Lang) -> tuple[list[SmallForm], list[tuple[str, str]]]:
    size = 120 + sum(_link_size(c, lang) for c in calculators[:LINKS])
    forms: list[SmallForm] = []
    for calculator in calculators[:FORMS]:
        form = _form(calculator, lang)
        if form and size + form.size <= ROOM:
            forms.append(form)
            size += form.size
    shown = {f.calculator.id for f in forms}
    rest = [c for c in calculators if c.id not in shown]
    source = [c for c in rest if c.as_in_source]
    kept = [*[c for c in rest if not c.as_in_source][: LINKS - len(source)], *source][:LINKS]
    return forms, [(c.title.in_(lang), page_url(c.id)) for c in kept]


def _form(calculator: Calculator, lang: Lang) -> SmallForm | None:
    """None where it needs more room than a box has, and for what the source computes."""
    way = calculator.ways[0]
    if calculator.as_in_source or any(i.long for i in way.inputs):
        return None
    hidden = [("way", way.name)] if len(calculator.ways) > 1 else []
    return SmallForm(calculator, fields_of(calculator, fill(calculator, way, {}, lang), lang), hidden)


def _link_size(calculator: Calculator, lang: Lang) -> int:
    return 60 + len(page_url(calculator.id)) + 2 * len(calculator.title.in_(lang))


def _lang(name: str) -> Lang:
    return "en" if name == "en" else "zh"
