"""Calculators as search finds them."""

from __future__ import annotations

from collections.abc import Iterable

from kbplatform.sdk import LANGS, Lang, SearchDocument, SearchSection, Services
from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.index import QUESTIONS
from kbplatform_calculators.registry import page_url, registry_of


def documents(services: Services) -> list[SearchDocument]:
    """One document per calculator and language.

    The source's own formulae are left out: they are reached from their sound counterpart and from the article, so that
    nobody who looks for a figure meets the unsound one first.
    """
    return [_document(c, lang) for c in registry_of(services).calculators.values() if c.as_in_source is None for lang in LANGS]


def _document(calculator: Calculator, lang: Lang) -> SearchDocument:
    return SearchDocument(
        id=f"calculator:{calculator.id}:{lang}",
        kind="calculator",
        key=calculator.id,
        lang=lang,
        title=calculator.title.in_(lang),
        url=page_url(calculator.id),
        angle=calculator.purpose.in_(lang),
        keywords=calculator.aliases.get(lang, ()),
        sections=(SearchSection("", "", " ".join(filter(None, _words(calculator, lang)))),),
    )


def _words(calculator: Calculator, lang: Lang) -> Iterable[str]:
    """Purpose, question, ways and formula: what the page is about, in the order it says it."""
    yield calculator.purpose.in_(lang)
    if question := QUESTIONS.get(calculator.group):
        yield question.in_(lang)
    yield from (way.title.in_(lang) for way in calculator.ways)
    yield calculator.formula.in_(lang)
