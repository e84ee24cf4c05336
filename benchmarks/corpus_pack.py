"""A generated corpus as Markdown: a content pack for our site, plain pages for others'."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus import Corpus, Page

    from kbplatform.plugin.contributions import SearchDocument

SHARED = ("practices.toml", "glossary.toml", "site.toml")


def write_pack(corpus: Corpus, folder: Path) -> int:
    """A pack that ``kbplatform content sync`` takes in; the number of articles' files.

    Real pages are copied as they are. ``folder`` must not be there: FileExistsError otherwise.
    """
    (folder / "practices").mkdir(parents=True)
    for name in SHARED:
        shutil.copyfile(corpus.content / name, folder / name)
    count = 0
    for page in corpus.pages():
        for document in page.documents:
            source = next((corpus.content / "practices").glob(f"*-{page.key}"), None)
            target = folder / "practices" / (source.name if source else page.key)
            target.mkdir(exist_ok=True)
            file = target / f"{document.lang}.md"
            file.write_bytes((source / file.name).read_bytes() if source else article(page, document).encode())
            count += 1
    return count


def article(page: Page, document: SearchDocument) -> str:
    """One document as an article's file: front matter and sections."""
    front = {
        "title": document.title, "slug": page.key, "group": document.group, "moment": document.moment, "angle": document.angle,
        "summary": document.sections[0].text, "aliases": list(document.keywords), "asks": list(document.asks), "audience": min(document.audience),
    }  # fmt: skip
    head = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in front.items())
    return f"---\n{head}\n---\n\n{body(document)}"


def body(document: SearchDocument) -> str:
    """The sections as Markdown: one list item a line, the text as it is searched."""
    return "\n".join(f"## {s.heading} {{#{s.id}}}\n\n{_items(s.text)}\n" for s in document.sections if s.id)


def page_text(page: Page) -> str:
    """A page with all its languages, angle and aliases in one Markdown text, for wikis that know neither."""
    texts = []
    for document in page.documents:
        sections = "\n\n".join(f"## {s.heading}\n\n{_items(s.text)}" for s in document.sections if s.id)
        aside = "、".join(document.keywords) if document.lang == "zh" else ", ".join(document.keywords)
        texts.append(f"# {document.title}\n\n{document.angle}\n\n{aside}\n\n{document.sections[0].text}\n\n{sections}\n")
    return "\n".join(texts)


def _items(text: str) -> str:
    return "\n".join(f"- {line}" for line in text.split("\n"))
