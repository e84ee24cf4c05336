"""Calculators as search finds them."""

from __future__ import annotations

from kbplatform.sdk import LANGS, SearchDocument, SearchSection
from kbplatform_calculators.registry import CALCULATORS


def documents() -> list[SearchDocument]:
    """One document per calculator and language."""
    return [
        SearchDocument(
            id=f"calculator:{c.id}:{lang}",
            kind="calculator",
            key=c.id,
            lang=lang,
            title=c.title.in_(lang),
            url=f"/p/calculators/{c.id}",
            angle=c.purpose.in_(lang),
            keywords=c.aliases[lang],
            sections=(SearchSection("", "", f"{c.purpose.in_(lang)} {c.formula.in_(lang)}"),),
        )
        for c in CALCULATORS.values()
        for lang in LANGS
    ]
