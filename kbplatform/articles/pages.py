"""What a page of the articles feature shows: frozen values, made by the service for templates and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from kbplatform.bilingual import Lang
from kbplatform.glossary import Concept

FACE = ("say", "do", "dont")
"""Section ids of the call face, in order."""


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A section as this reader sees it: facts filled in, links resolved."""

    id: str
    heading: str
    html: Markup
    text: str
    hash: str
    code: str = ""
    """What one says aloud for it, ``5-3``; empty for text before the first heading."""
    credit: str = ""
    """Whose experience it holds, in words."""
    credit_url: str = ""
    """Where that is explained, for those who may see it."""
    propose_url: str = ""
    """Where this reader proposes other words for it; empty where they may not."""


@dataclass(frozen=True, slots=True)
class CallFace:
    """What to say, do and not do; a part an article does not have is None."""

    say: SectionPage | None = None
    do: SectionPage | None = None
    dont: SectionPage | None = None

    def __bool__(self) -> bool:
        return bool(self.say or self.do or self.dont)


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An article in a list."""

    kind: str
    slug: str
    number: int | None
    lang: Lang
    title: str
    angle: str
    moment: str
    group_id: str | None
    updated_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """Where a spoken code leads. ``section`` and ``heading`` are empty for the article as a whole."""

    code: str
    card: ArticleCard
    section: str
    heading: str

    @property
    def url(self) -> str:
        """Address of the page, at the section."""
        return self.card.url + (f"#{self.section}" if self.section else "")


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """What a record that speaks of an article needs of it. ``sections`` are ids, the face's too."""

    id: int
    slug: str
    lang: Lang
    revision: int
    sections: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group with (the first of) its practices. ``total`` counts all the reader may see."""

    id: str
    label: str
    practices: tuple[ArticleCard, ...]
    total: int

    @property
    def url(self) -> str:
        """Address of the group's own page."""
        return f"/groups/{self.id}"


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article in one language. ``requested_lang`` is set where the asked language is missing."""

    kind: str
    slug: str
    number: int | None
    lang: Lang
    langs: tuple[str, ...]
    title: str
    angle: str
    summary: str
    aliases: tuple[str, ...]
    moment: str
    group_id: str | None
    group_label: str
    owner: str
    verify_days: int
    revision: int
    updated_at: datetime
    url: str
    face: CallFace
    sections: tuple[SectionPage, ...]
    related: tuple[ArticleCard, ...]
    word_count: int
    requested_lang: str | None = None
    source: str = ""
    lang_urls: Mapping[str, str] = field(default_factory=dict)
    previous: ArticleCard | None = None
    next: ArticleCard | None = None
    side: ArticlePage | None = None
    """The other language, where both are read side by side."""
    side_url: str = ""
    audience: str = "everyone"
    code: str = ""
    """What one says aloud for it: a number."""
    terms: tuple[Concept, ...] = ()
    """Terms of the glossary that are marked in it, in order."""

    @property
    def group_url(self) -> str:
        """Address of the group's page; empty without a group."""
        return f"/groups/{self.group_id}" if self.group_id else ""

    @property
    def reading_minutes(self) -> int:
        """Whole minutes to read it: 400 Chinese characters or 200 English words a minute, at least 1."""
        return max(1, round(self.word_count / (400 if self.lang == "zh" else 200)))

    @property
    def all_sections(self) -> tuple[SectionPage, ...]:
        """Face and body, in order."""
        face = tuple(s for s in (self.face.say, self.face.do, self.face.dont) if s)
        return face + self.sections


def article_url(kind: str, slug: str, lang: str = "", section: str = "") -> str:
    """Path of an article's page."""
    path = f"/{'handbook' if kind == 'handbook' else 'articles'}/{slug}"
    return path + (f"?lang={lang}" if lang else "") + (f"#{section}" if section else "")
