"""Calculators as search finds them."""

from __future__ import annotations

from kbplatform.sdk import LANGS, SearchDocument, SearchSection, Services
from kbplatform_calculators.registry import page_url, registry_of


def documents(services: Services) -> list[SearchDocument]:
    """One document per calculator and language."""
    return [
        SearchDocument(
            id=f"calculator:{c.id}:{lang}",
            kind="calculator",
            key=c.id,
            lang=lang,
            title=c.title.in_(lang),
            url=page_url(c.id),
            angle=c.purpose.in_(lang),
            keywords=c.aliases.get(lang, ()),
            sections=(SearchSection("", "", f"{c.purpose.in_(lang)} {c.formula.in_(lang)}"),),
        )
        for c in registry_of(services).calculators.values()
        for lang in LANGS
    ]
