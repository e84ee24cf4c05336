"""What the pages and the API of editing share: the bank, the articles this author may read, and what may be said about a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, ArticleService, NotFound, Text, current_viewer
from kbplatform_quizzes.authoring import NO_QUESTION
from kbplatform_quizzes.editing.catalog import Catalog, Record, Wanted
from kbplatform_quizzes.lints import check_sheet, duplicates
from kbplatform_quizzes.registry import types_of

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleCard, Lang, Services
    from kbplatform_quizzes.question import Question

MOST_ARTICLES = 1_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """What questions are about: an article, or a sheet of imported ones that belong to none (``article`` is False)."""

    slug: str
    title: str
    number: int | None = None
    url: str = ""

    @property
    def article(self) -> bool:
        """Whether there is something to read."""
        return bool(self.url)

    @property
    def label(self) -> str:
        """Number and title."""
        return f"{self.number or ''} {self.title}".strip()


_OURS, _OTHERS = 1, 2
"""Lines by which advice on the question at hand is told from advice on its neighbours."""


class Room:
    """One for each platform."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.db = services.db
        self.types = types_of(services)
        self.catalog = Catalog(services.db, self.types)
        self._articles = ArticleService(services.db)

    def shelves(self, lang: Lang) -> dict[str, Shelf]:
        """Those whose questions this author may see, in order: the practices, other articles with questions, sheets of no article."""
        viewer = current_viewer()
        practices, _ = self._articles.listing("practice", lang, viewer, limit=MOST_ARTICLES)
        others = self.catalog.slugs() - {card.slug for card in practices}
        cards = (*practices, *self._articles.cards(others, lang, viewer))
        return {card.slug: _shelf(card) for card in cards} | {slug: Shelf(slug, slug) for slug in self._without_article(others)}

    def shelf(self, slug: str, lang: Lang) -> Shelf:
        """One of them. Raises NotFound."""
        found = self._articles.cards([slug], lang, current_viewer())
        if found:
            return _shelf(found[0])
        if slug in self.catalog.slugs() and self._without_article({slug}):
            return Shelf(slug, slug)
        raise NotFound(NO_QUESTION)

    def _without_article(self, slugs: set[str]) -> list[str]:
        return sorted(slugs - self._articles.codes(slugs).keys())

    def record(self, slug: str, key: str, lang: Lang) -> tuple[Record, Shelf]:
        """A question with its article. Raises NotFound, also where this author may not read the article."""
        shelf = self.shelf(slug, lang)
        return self.catalog.get(slug, key), shelf

    def sections(self, slug: str, lang: Lang) -> list[tuple[str, str]]:
        """Id and heading of the article's sections, in the language it has."""
        try:
            page = self._articles.page(slug, lang, current_viewer())
        except NotFound:
            return []
        return [(section.id, section.heading) for section in page.all_sections if section.id]

    def free_key(self, slug: str, stem: Text) -> str:
        """An id for a new question: the first words of its English stem, or a number."""
        taken = {record.key for record in self.catalog.find(Wanted((slug,), state="all")).records}
        letters = "".join(c if c.isascii() and c.isalnum() else " " for c in stem.en.casefold().replace("'", "").replace("’", ""))
        words = "-".join(letters.split()[:5])[:50].strip("-")
        return next(key for n in range(1, 10_000) if (key := words if words and n == 1 else f"{words or 'question'}-{n}") not in taken)

    def advice(self, slug: str, question: Question, lang: Lang) -> list[Text]:
        """What makes the question unfair, gives its answer away, or stands elsewhere already."""
        everything = self.catalog.find(Wanted(tuple(self.shelves(lang)), state="asked")).records
        ours = replace(question, line=_OURS)
        beside = [replace(r.question, line=_OTHERS) for r in everything if r.slug == slug and r.key != question.id]
        sections = {lang: self._section_ids(slug, lang) for lang in LANGS}
        known: dict[str, frozenset[str]] = {lang: ids for lang, ids in sections.items() if ids}
        faults = [fault for fault in check_sheet([ours, *beside], known or None) if fault.line == _OURS]
        elsewhere: dict[str, list[Question]] = {}
        for record in everything:
            if (record.slug, record.key) != (slug, question.id):
                elsewhere.setdefault(record.slug, []).append(replace(record.question, line=_OTHERS))
        faults += [fault for path, fault in duplicates({**elsewhere, "": [ours]}) if not path]
        said = (Text(f.message.zh.removeprefix(f"{question.id}："), f.message.en.removeprefix(f"{question.id}: ")) for f in faults)
        return list(dict.fromkeys(said))

    def _section_ids(self, slug: str, lang: Lang) -> frozenset[str]:
        try:
            page = self._articles.page(slug, lang, current_viewer())
        except NotFound:
            return frozenset()
        return frozenset(section.id for section in page.all_sections) if page.lang == lang else frozenset()


def _shelf(card: ArticleCard) -> Shelf:
    return Shelf(card.slug, card.title, card.number, card.url)


def room_of(services: Services) -> Room:
    """The room of this platform."""
    return services.once(Room)
