"""Terms of the glossary in an article, when it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from kbplatform.articles.pages import ArticlePage, CallFace, SectionPage

if TYPE_CHECKING:
    from kbplatform.glossary.marking import TermMarker


def with_terms(page: ArticlePage, marker: TermMarker) -> ArticlePage:
    """A practice with the first mention of each term in each section marked, and those terms in ``terms``.

    The words to say stay as they are: they are read aloud and copied. So does the handbook, where 升级 is
    what one does to software, and the second language of a page, which explains itself by standing there.
    """
    if page.kind != "practice":
        return page
    found: dict[str, None] = {}

    def marked(section: SectionPage | None) -> SectionPage | None:
        return _marked(section, marker, found) if section else None

    face = CallFace(page.face.say, marked(page.face.do), marked(page.face.dont))
    sections = tuple(_marked(section, marker, found) for section in page.sections)
    return replace(page, face=face, sections=sections, terms=tuple(marker.concepts[i] for i in found)) if found else page


def _marked(section: SectionPage, marker: TermMarker, found: dict[str, None]) -> SectionPage:
    result = marker.mark(str(section.html))
    found.update(dict.fromkeys(result.terms))
    return replace(section, html=Markup(result.html)) if result.terms else section  # noqa: S704 - sanitised, with links added
