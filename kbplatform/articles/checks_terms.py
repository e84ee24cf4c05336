"""The glossary of a pack, and aliases that pull one of its terms to a page it does not belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kbplatform.articles.documents import Document
from kbplatform.bilingual import Text
from kbplatform.glossary import Glossary, GlossaryError, glossary_files
from kbplatform.glossary.checks import check_glossary, normal
from kbplatform.plugin.contributions import Problem

if TYPE_CHECKING:
    from kbplatform.articles.packs import Pack
    from kbplatform.glossary import Concept

_ALIASES = re.compile(r"^aliases\s*:")


def check_terms(pack: Pack) -> Iterator[Problem]:
    """Faults of ``glossary.toml`` with their lines; then aliases that are terms of other pages."""
    paths = glossary_files(pack.root)
    for fault in check_glossary(paths):
        yield Problem(Path(fault.path).name, fault.line, fault.message, fault.level)
    try:
        glossary = Glossary.load(*paths)
    except GlossaryError:
        return  # said above
    yield from _borrowed(pack, glossary)


def _borrowed(pack: Pack, glossary: Glossary) -> Iterator[Problem]:
    owners = {normal(form): concept for concept in glossary.concepts for form in concept.forms}
    practices = [d for kind, d in pack.documents if kind == "practice"]
    for d in practices:
        for alias in d.front.aliases:
            concept = owners.get(normal(alias))
            if concept is None:
                continue
            titled = [p for p in practices if p.lang == d.lang and _speaks_of(p.front.title, concept)]
            theirs = {p.front.number for p in titled}
            if titled and d.front.number not in theirs and not theirs & set(d.front.related):
                pages = ", ".join(str(n) for n in sorted(n for n in theirs if n is not None))
                message = Text(
                    f"别名“{alias}”是术语 {concept.id}，标题里讲它的是第 {pages} 号",
                    f"alias “{alias}” is the term {concept.id}, which is in the title of practice {pages}",
                )
                yield Problem(d.path, _alias_line(d), message, "warning")


def _speaks_of(title: str, concept: Concept) -> bool:
    said = normal(title)
    return any(re.search(rf"\b{re.escape(f)}s?\b", said) if f.isascii() else f in said for f in map(normal, concept.forms))


def _alias_line(d: Document) -> int:
    return next((n for n, line in enumerate(d.source.split("\n"), 1) if _ALIASES.match(line)), 1)
