"""Reading articles: pages, lists, and the documents that search indexes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kbplatform.articles.audience import readable_by
from kbplatform.articles.codes import codes_of, read_code, section_codes
from kbplatform.articles.models import Article, ArticleCode, PracticeGroup, Revision, Section, SectionCode, Translation
from kbplatform.articles.pages import FACE, ArticleCard, ArticlePage, ArticleRef, CallFace, CodeTarget, GroupCard, SectionPage, article_url
from kbplatform.articles.sitefacts import load_facts
from kbplatform.articles.writing import preview_section
from kbplatform.bilingual import Lang, Text, other_lang
from kbplatform.errors import NotFound
from kbplatform.rendering import Presenter
from kbplatform.rendering.vocabulary import SLOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.articles.writing import StoredText
    from kbplatform.db import Database
    from kbplatform.rendering import SiteFacts
    from kbplatform.viewer import Viewer

PER_GROUP_ON_HOME = 8
PAGE_SIZE = 50
_ARTICLE_LINK = re.compile(r'href="/-/article/([a-z0-9-]+)')
_CJK = re.compile(r"[\u3400-\u9fff]")


class ArticleService:
    """Answers what readers ask of articles; every method takes the viewer and filters by audience.

    ``link_resolvers`` are the link schemes of plugins: scheme → (target, language → URL or None).
    """

    def __init__(self, db: Database, link_resolvers: Mapping[str, Callable[[str, str], str | None]] | None = None) -> None:
        self._db = db
        self._resolvers = dict(link_resolvers or {})
        self._variables: tuple[int | None, tuple[str, ...]] = (None, ())

    def page(self, slug: str, lang: Lang, viewer: Viewer, *, kind: str | None = None) -> ArticlePage:
        """The article in ``lang``, or in the other language where that one is missing. Raises NotFound."""
        with self._db.read() as session:
            rows = self._translations(session, [slug], viewer, kind)
            chosen = _chosen(rows, lang)
            return self._pages(session, [chosen], viewer, langs={slug: tuple(sorted((t.lang for t in rows), reverse=True))}, asked=lang)[0]

    def both(self, slug: str, lang: Lang, viewer: Viewer) -> tuple[ArticlePage, ArticlePage | None]:
        """The article as :meth:`page` gives it, and in its other language where there is one. Raises NotFound."""
        with self._db.read() as session:
            rows = self._translations(session, [slug], viewer, None)
            chosen = _chosen(rows, lang)
            langs = {slug: tuple(sorted((t.lang for t in rows), reverse=True))}
            first, *rest = self._pages(session, [chosen, *(t for t in rows if t is not chosen)], viewer, langs=langs, asked=lang)
            return first, replace(rest[0], requested_lang=None) if rest else None

    def reference(self, slug: str, lang: Lang, viewer: Viewer) -> ArticleRef:
        """The article's current revision in ``lang``, or in the other language. Raises NotFound."""
        with self._db.read() as session:
            chosen = _chosen(self._translations(session, [slug], viewer, None), lang)
            keys = select(Section.key).join(Revision, Revision.id == Section.revision_id).join(Translation, _current())
            sections = session.scalars(keys.where(Translation.id == chosen.id))
            return ArticleRef(chosen.article_id, slug, "en" if chosen.lang == "en" else "zh", chosen.revision_number, frozenset(sections))

    def preview(self, current: StoredText, key: str, text: str, viewer: Viewer) -> Markup:
        """A section with these words as ``viewer`` would read it, embeds aside. Raises NotFound; InvalidInput for words that can't stand there."""
        html = preview_section(current, key, text)
        with self._db.read() as session:
            facts = load_facts(session, current.lang)
            linked = select(Article).where(readable_by(viewer), Article.slug.in_(set(_ARTICLE_LINK.findall(html))))
            known = {a.slug: a for a in session.scalars(linked)}
        return Markup(Presenter(self._resolvers | {"article": _article_resolver(known)}).present(html, facts))  # noqa: S704 - sanitised by the renderer

    def by_code(self, text: str, lang: Lang, viewer: Viewer) -> CodeTarget | None:
        """What a spoken code leads to, however it was typed; None for no code, an unknown one, or what the viewer may not read."""
        code = read_code(text)
        if code is None:
            return None
        with self._db.read() as session:
            coded = select(Article.id).join(ArticleCode, ArticleCode.article_id == Article.id)
            wanted = coded.where(ArticleCode.code == code.article, readable_by(viewer))
            ids = session.scalars(wanted).all()
            if code.section is None:
                cards = self._cards(session, ids, lang)
                return CodeTarget(str(code.article), cards[0], "", "") if cards else None
            section = session.execute(
                select(Section.key, Section.heading, Translation.lang)
                .join(Revision, Revision.id == Section.revision_id)
                .join(Translation, _current())
                .join(SectionCode, (SectionCode.article_id == Translation.article_id) & (SectionCode.key == Section.key))
                .where(Translation.article_id.in_(ids), SectionCode.number == code.section)
                .order_by(Translation.lang != lang)
            ).first()
            if section is None:
                return None
            card = self._cards(session, ids, "en" if section.lang == "en" else "zh")[0]
            return CodeTarget(f"{code.article}-{code.section}", card, section.key, section.heading)

    def codes(self, slugs: Iterable[str]) -> dict[str, str]:
        """The spoken code of each of these articles."""
        with self._db.read() as session:
            ids = {i: slug for slug, i in session.execute(select(Article.slug, Article.id).where(Article.slug.in_(sorted(set(slugs)))))}
            return {ids[i]: code for i, code in codes_of(session, ids).items()}

    def pair(self, slug: str, lang: Lang, viewer: Viewer) -> ArticlePage | None:
        """The article in the other language than ``lang``, or None."""
        other = other_lang(lang)
        with self._db.read() as session:
            rows = [t for t in self._translations(session, [slug], viewer, None) if t.lang == other]
            return self._pages(session, rows, viewer, langs={slug: ("zh", "en")}, asked=other)[0] if rows else None

    def groups(self, lang: Lang, viewer: Viewer, *, per_group: int = PER_GROUP_ON_HOME) -> list[GroupCard]:
        """Every group with its first practices in ``lang`` (or the other language)."""
        with self._db.read() as session:
            ranked = (
                select(
                    Article.id,
                    func.row_number().over(partition_by=Article.group_id, order_by=(Article.number, Article.id)).label("n"),
                    func.count().over(partition_by=Article.group_id).label("total"),
                )
                .where(Article.kind == "practice", Article.group_id.is_not(None), readable_by(viewer))
                .subquery()
            )
            totals: dict[str, int] = {}
            ids: list[int] = []
            for article_id, group_id, total in session.execute(
                select(ranked.c.id, Article.group_id, ranked.c.total).join(Article, Article.id == ranked.c.id).where(ranked.c.n <= per_group)
            ):
                ids.append(article_id)
                totals[group_id] = total
            cards = self._cards(session, ids, lang)
            groups = session.scalars(select(PracticeGroup).order_by(PracticeGroup.position))
            return [
                GroupCard(g.id, g.en if lang == "en" else g.zh, tuple(c for c in cards if c.group_id == g.id), totals[g.id])
                for g in groups
                if g.id in totals
            ]

    def group(self, group_id: str, lang: Lang, viewer: Viewer, *, page: int = 1) -> GroupCard:
        """One page (of ``PAGE_SIZE``) of a group. Raises NotFound for an unknown group."""
        with self._db.read() as session:
            row = session.get(PracticeGroup, group_id)
            if row is None:
                raise NotFound(Text("没有这个分组", "There is no such group"))
            wanted = (Article.kind == "practice") & (Article.group_id == group_id) & readable_by(viewer)
            total = session.scalar(select(func.count()).select_from(Article).where(wanted)) or 0
            in_order = select(Article.id).where(wanted).order_by(Article.number, Article.id)
            ids = list(session.scalars(in_order.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
            return GroupCard(row.id, row.en if lang == "en" else row.zh, tuple(self._cards(session, ids, lang)), total)

    def cards(self, slugs: Iterable[str], lang: Lang, viewer: Viewer) -> list[ArticleCard]:
        """Those of these articles that ``viewer`` may read, by title."""
        with self._db.read() as session:
            query = select(Article.id).where(Article.slug.in_(sorted(set(slugs))), readable_by(viewer))
            return sorted(self._cards(session, session.scalars(query).all(), lang), key=lambda card: card.title)

    def audiences(self, slugs: Iterable[str]) -> dict[str, str]:
        """Who each of these articles is for: what search documents that speak of them are for too."""
        with self._db.read() as session:
            return dict(session.execute(select(Article.slug, Article.audience).where(Article.slug.in_(sorted(set(slugs))))).tuples().all())

    def group_labels(self, lang: Lang) -> dict[str, str]:
        """Names of the groups by id, in their order."""
        with self._db.read() as session:
            return {g.id: g.en if lang == "en" else g.zh for g in session.scalars(select(PracticeGroup).order_by(PracticeGroup.position))}

    def call_variables(self) -> tuple[str, ...]:
        """The call variables that stand in some article. Looked for again only when a text has been added."""
        with self._db.read() as session:
            newest = session.scalar(select(func.max(Section.id)))
            if newest != self._variables[0]:
                marks = {name: Section.html.contains(f'data-slot="{name}"', autoescape=True) for name in SLOTS}
                there = (n for n, mark in marks.items() if session.scalar(select(Section.id).where(mark).limit(1)))
                self._variables = (newest, tuple(there))
            return self._variables[1]

    def listing(self, kind: str, lang: Lang, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> tuple[list[ArticleCard], int]:
        """A slice of all articles of a kind by number and slug, and how many there are."""
        with self._db.read() as session:
            wanted = (Article.kind == kind) & readable_by(viewer)
            total = session.scalar(select(func.count()).select_from(Article).where(wanted)) or 0
            order = (Article.number.is_(None), Article.number, Article.slug)
            ids = list(session.scalars(select(Article.id).where(wanted).order_by(*order).limit(limit).offset(offset)))
            return self._cards(session, ids, lang), total

    def recent(self, lang: Lang, viewer: Viewer, *, limit: int = 6) -> list[ArticleCard]:
        """The practices changed last, newest first."""
        with self._db.read() as session:
            ids = list(
                session.scalars(
                    select(Translation.article_id)
                    .join(Article)
                    .where(Article.kind == "practice", readable_by(viewer), Translation.lang == lang)
                    .order_by(Translation.updated_at.desc(), Translation.id)
                    .limit(limit)
                )
            )
            return self._cards(session, ids, lang)

    def _cards(self, session: Session, ids: Sequence[int], lang: Lang) -> list[ArticleCard]:
        rows = session.execute(
            select(Translation, Revision.title, Revision.angle)
            .join(Revision, _current())
            .where(Translation.article_id.in_(ids))
            .order_by(Translation.lang == lang)
        )
        cards = {t.article_id: _card(t, title, angle) for t, title, angle in rows}
        return [cards[i] for i in ids if i in cards]

    def _translations(self, session: Session, slugs: Iterable[str], viewer: Viewer, kind: str | None) -> list[Translation]:
        statement = (
            select(Translation)
            .join(Translation.article)
            .options(joinedload(Translation.article))
            .where(Article.slug.in_(list(slugs)), readable_by(viewer))
        )
        if kind:
            statement = statement.where(Article.kind == kind)
        return list(session.scalars(statement))

    def _pages(
        self, session: Session, translations: list[Translation], viewer: Viewer, *, langs: Mapping[str, tuple[str, ...]], asked: Lang
    ) -> list[ArticlePage]:
        revisions = {
            r.translation_id: r
            for r in session.scalars(
                select(Revision)
                .join(Translation, _current())
                .where(Translation.id.in_([t.id for t in translations]))
                .options(selectinload(Revision.sections))
            )
        }
        numbers = {n for t in translations for n in (*t.article.related, *_neighbours(t.article))}
        linked = {s for r in revisions.values() for section in r.sections for s in _ARTICLE_LINK.findall(section.html)}
        mentioned = or_(Article.slug.in_(linked), and_(Article.kind == "practice", Article.number.in_(numbers)))
        known = {a.slug: a for a in session.scalars(select(Article).where(readable_by(viewer), mentioned))}
        by_number = {a.number: a.id for a in known.values() if a.kind == "practice"}
        groups = {g.id: g for g in session.scalars(select(PracticeGroup))}
        pages = []
        codes = codes_of(session, [t.article_id for t in translations])
        for t in translations:
            lang: Lang = "en" if t.lang == "en" else "zh"
            facts = load_facts(session, lang)
            presenter = Presenter(self._resolvers | {"article": _article_resolver(known)})
            near = [*t.article.related, *_neighbours(t.article)]
            cards = {c.number: c for c in self._cards(session, [by_number[n] for n in near if n in by_number], lang)}
            page = _page(t, revisions[t.id], groups.get(t.article.group_id or ""), presenter, facts, cards, langs[t.article.slug], asked)
            code = codes.get(t.article_id, "")
            pages.append(_coded(page, code, section_codes(session, t.article_id, code)))
        return pages


def _chosen(rows: Sequence[Translation], lang: Lang) -> Translation:
    """The one in ``lang``, else the one there is. Raises NotFound."""
    if not rows:
        raise NotFound(
            Text("没有这篇文章", "There is no such article"),
            remedy=Text("它可能改了名字，搜一下试试。", "It may have been renamed: try searching for it."),
        )
    return next((t for t in rows if t.lang == lang), rows[0])


def _page(
    t: Translation, revision: Revision, group: PracticeGroup | None, presenter: Presenter, facts: SiteFacts,
    cards: Mapping[int | None, ArticleCard], langs: tuple[str, ...], asked: Lang,
) -> ArticlePage:  # fmt: skip
    lang: Lang = "en" if t.lang == "en" else "zh"
    shown = [
        SectionPage(s.key, s.heading, Markup(presenter.present(s.html, facts)), facts.fill(s.text), s.hash)  # noqa: S704 - sanitised when stored
        for s in revision.sections
    ]
    face = {s.id: s for s in shown if s.id in FACE}
    words = sum(_words(s.text, lang) for s in shown)
    a = t.article
    return ArticlePage(
        kind=a.kind, slug=a.slug, number=a.number, lang=lang, langs=langs, title=revision.title, angle=revision.angle,
        summary=revision.summary, aliases=tuple(revision.aliases), moment=a.moment, group_id=a.group_id,
        group_label=(group.en if lang == "en" else group.zh) if group else "", owner=a.owner, verify_days=a.verify_days,
        revision=revision.number, updated_at=t.updated_at, url=article_url(a.kind, a.slug, lang),
        face=CallFace(face.get("say"), face.get("do"), face.get("dont")),
        sections=tuple(s for s in shown if s.id not in FACE), related=tuple(cards[n] for n in a.related if n in cards), word_count=words,
        requested_lang=asked if asked != lang else None, source=revision.source, audience=a.audience,
        lang_urls={code: article_url(a.kind, a.slug, code) for code in langs},
        previous=cards.get((a.number or 0) - 1) if a.number else None,
        next=cards.get((a.number or 0) + 1) if a.number else None,
    )  # fmt: skip


def _coded(page: ArticlePage, code: str, sections: Mapping[str, str]) -> ArticlePage:
    """The page with its spoken codes."""
    face = {part: replace(s, code=sections.get(s.id, "")) for part in FACE if (s := getattr(page.face, part))}
    return replace(page, code=code, face=CallFace(**face), sections=tuple(replace(s, code=sections.get(s.id, "")) for s in page.sections))


def _card(t: Translation, title: str, angle: str) -> ArticleCard:
    a = t.article
    lang: Lang = "en" if t.lang == "en" else "zh"
    return ArticleCard(a.kind, a.slug, a.number, lang, title, angle, a.moment, a.group_id, t.updated_at, article_url(a.kind, a.slug, lang))


def _neighbours(article: Article) -> tuple[int, ...]:
    return (article.number - 1, article.number + 1) if article.kind == "practice" and article.number else ()


def _current() -> ColumnElement[bool]:
    return (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number)


def _article_resolver(known: Mapping[str, Article]) -> Callable[[str, str], str | None]:
    def resolve(target: str, lang: str) -> str | None:
        slug, _, section = target.partition("#")
        article = known.get(slug)
        return article_url(article.kind, slug, lang, section) if article else None

    return resolve


def _words(text: str, lang: str) -> int:
    return len(_CJK.findall(text)) if lang == "zh" else len(text.split())
