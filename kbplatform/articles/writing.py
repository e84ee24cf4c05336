"""Changing an article on the site: a text is read, drafted outside any transaction, and saved if nobody was faster.

A draft is parsed, rendered and checked; saving it is a short write that takes part in the caller's transaction. The document stays
a whole file, front matter and all: what is edited here goes out by ``content export`` and comes in again without a difference, and
a content pack never overwrites it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from kbplatform.articles.audience import readable_by
from kbplatform.articles.documents import BrokenDocument, decode, parse
from kbplatform.articles.models import Article, Revision, Section, Translation
from kbplatform.articles.pages import article_url
from kbplatform.articles.pieces import cut, put
from kbplatform.articles.revisions import add_revision
from kbplatform.articles.sections import SectionRef
from kbplatform.bilingual import Text
from kbplatform.db import AdvisoryLock, one_at_a_time
from kbplatform.errors import FieldError, InvalidInput, NotFound, StaleText, wrong
from kbplatform.rendering import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kbplatform.articles.documents import Document, FrontMatter
    from kbplatform.articles.pieces import Piece
    from kbplatform.bilingual import Lang
    from kbplatform.rendering import RenderedDocument
    from kbplatform.viewer import Viewer

Origin = Literal["browser", "api", "proposal", "pack"]
MOST_SECTION = 20_000
"""Characters of one section's Markdown."""
SHARED = ("slug", "number", "group", "related", "moment", "owner", "verify_days", "audience")
"""What the languages of an article share: changed for all of them or not at all."""


@dataclass(frozen=True, slots=True)
class StoredText:
    """A revision of one language of an article, as it is stored."""

    translation_id: int
    article_id: int
    kind: str
    slug: str
    lang: Lang
    title: str
    revision: int
    source: str
    sections: tuple[SectionRef, ...]

    @property
    def document(self) -> Document:
        """The parsed text."""
        return parse(self.source, path="", lang=self.lang)

    def piece(self, key: str) -> Piece:
        """Where a section stands in the Markdown. Raises NotFound, and Inseparable where that can't be told."""
        if key and key not in {s.id for s in self.sections}:
            raise NotFound(
                Text("这篇文章里没有这一节", "That article has no such section"),
                remedy=Text("它可能已经改掉了，请打开文章看看。", "It may have been changed since: open the article and look."),
            )
        return cut(self.document.body, [s.id for s in self.sections])[key]

    def heading(self, key: str) -> str:
        """The heading of a section; empty for text before the first one."""
        return next((s.heading for s in self.sections if s.id == key), "")

    def url(self, key: str = "") -> str:
        """Where it is read."""
        return article_url(self.kind, self.slug, self.lang, key)


@dataclass(frozen=True, slots=True)
class Draft:
    """A new text of an article, ready to be saved over the revision ``based_on``."""

    translation_id: int
    based_on: int
    document: Document
    rendered: RenderedDocument


def stored_text(session: Session, slug: str, lang: str, viewer: Viewer, revision: int | None = None) -> StoredText:
    """A revision of an article in exactly this language, the present one where none is named. Raises NotFound."""
    number = Translation.revision_number if revision is None else revision
    row = session.execute(
        select(Article, Translation.id, Revision)
        .join(Translation, Translation.article_id == Article.id)
        .join(Revision, (Revision.translation_id == Translation.id) & (Revision.number == number))
        .where(Article.slug == slug, Translation.lang == lang, readable_by(viewer))
    ).first()
    if row is None:
        raise NotFound(
            Text("没有这篇文章", "There is no such article"),
            remedy=Text("它可能改了名字，也可能还没有这种语言的。", "It may have been renamed, or not be written in that language yet."),
        )
    article, translation_id, found = row
    refs = session.execute(select(Section.key, Section.heading, Section.hash).where(Section.revision_id == found.id).order_by(Section.position))
    return StoredText(
        translation_id, article.id, article.kind, slug, "en" if lang == "en" else "zh", found.title, found.number, found.source,
        tuple(SectionRef(*ref) for ref in refs),
    )  # fmt: skip


def draft_section(current: StoredText, key: str, text: str) -> Draft:
    """``current`` with other words in one section. Ids and headings stay, and so does every other section.

    Raises NotFound for a section that isn't there, InvalidInput (field ``text``) for words that can't stand there.
    """
    if clean_section(text) == current.piece(key).text:
        raise wrong("text", Text("和现在的内容一样，没有改动", "This is what it says already: nothing has changed"))
    return _with_section(current, key, text)


def preview_section(current: StoredText, key: str, text: str) -> str:
    """HTML, as it would be stored, of a section with these words. Raises as :func:`draft_section` does, though words may stay as they are."""
    rendered = _with_section(current, key, text).rendered
    return next((s.html for s in rendered.sections if s.id == key), "")


def _with_section(current: StoredText, key: str, text: str) -> Draft:
    piece, document = current.piece(key), current.document
    source = document.source[: len(document.source) - len(document.body)] + put(document.body, piece, clean_section(text))
    draft = _draft(current, source, field="text")
    _only_this(current, draft, key)
    return draft


def draft_whole(current: StoredText, source: str) -> Draft:
    """Another text for the whole article, front matter included. Raises InvalidInput (field ``markdown``) for what can't be saved."""
    draft = _draft(current, source, field="markdown")
    _nothing_shared(current.document.front, draft.document.front)
    return draft


def draft_merged(current: StoredText, source: str) -> Draft:
    """A text made of parts of this one and of a pack's, what languages share included. Raises InvalidInput (field ``markdown``)."""
    return _draft(current, source, field="markdown")


def save(session: Session, draft: Draft, *, origin: Origin, meaning: Mapping[str, bool] | None = None) -> int:
    """Make a draft the current revision, in the caller's transaction; its number. Raises StaleText where another was saved meanwhile.

    ``meaning``: section → whether its change is one in meaning; for those not named their kind decides.
    """
    one_at_a_time(session, AdvisoryLock.CONTENT)
    translation = session.get_one(Translation, draft.translation_id, populate_existing=True)
    if translation.revision_number != draft.based_on:
        now = select(Revision.source).where(Revision.translation_id == translation.id, Revision.number == translation.revision_number)
        raise StaleText(revision=translation.revision_number, theirs=session.scalars(now).one(), yours=draft.document.source)
    return add_revision(session, translation, draft.document, draft.rendered, origin=origin, meaning=meaning).number


def clean_section(text: str) -> str:
    """A section's words as they are stored: NFC, LF, trimmed. Raises InvalidInput (field ``text``) for what no section can hold."""
    if len(text) > MOST_SECTION:
        raise wrong("text", Text(f"一节最多 {MOST_SECTION} 字", f"A section has at most {MOST_SECTION} characters"))
    cleaned = _decoded(text, "text").strip()
    if not cleaned:
        raise wrong("text", Text("请写出这一节的内容", "Write what the section should say"))
    return cleaned


def _draft(current: StoredText, source: str, *, field: str) -> Draft:
    try:
        document = parse(_decoded(source, field), path="", lang=current.lang)
    except BrokenDocument as error:
        raise _broken(error, field) from error
    rendered = render(document.body, current.lang)
    if rendered.plain:
        raise wrong(field, Text("太长或嵌套太深，排不了版。请拆短一些。", "Too long or too deeply nested to be formatted. Please split it."))
    return Draft(current.translation_id, current.revision, document, rendered)


def _decoded(text: str, field: str) -> str:
    try:
        return decode(text.encode("utf-8", "surrogatepass"), "")
    except BrokenDocument as error:
        raise _broken(error, field) from error


def _broken(error: BrokenDocument, field: str) -> InvalidInput:
    def placed(line: int, message: Text) -> Text:
        return Text(f"第 {line} 行：{message.zh}", f"Line {line}: {message.en}") if line else message

    return InvalidInput(
        Text("这段内容不能保存", "This text can't be saved"), fields=tuple(FieldError(field, placed(p.line, p.message)) for p in error.problems)
    )


def _only_this(current: StoredText, draft: Draft, key: str) -> None:
    """Raise InvalidInput where more than the words of section ``key`` would change."""
    rendered = draft.rendered
    before = {s.id: s.hash for s in current.sections if s.id != key}
    after = {s.id: s.hash for s in rendered.sections if s.id != key}
    if list(before) != list(after) or (key and key not in {s.id for s in rendered.sections}):
        message = Text(
            "一节里不能有一级、二级标题。小标题请用 ###。",
            "A section can't hold headings of the first or second level. Use ### for a heading in it.",
        )
        raise wrong("text", message)
    cut(draft.document.body, [s.id for s in rendered.sections])  # so that the next change can be made too
    touched = next((s for s in rendered.sections if s.id in before and before[s.id] != s.hash), None)
    if touched is not None:
        message = Text(
            f"这样改，“{touched.heading}”一节也会跟着变。请改整篇。",
            f"This would change the section “{touched.heading}” too. Edit the article as a whole.",
        )
        raise wrong("text", message)


def _nothing_shared(before: FrontMatter, after: FrontMatter) -> None:
    changed = [name for name in SHARED if getattr(before, name) != getattr(after, name)]
    if changed:
        names = ", ".join(changed)
        raise wrong(
            "markdown",
            Text(f"这些对所有语言一起算，不能在这里改：{names}", f"These are shared by all languages and can't be changed here: {names}"),
        )
