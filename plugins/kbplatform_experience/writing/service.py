"""Writing experience: a new entry, a correction, a withdrawal. Everything is masked and checked before it touches the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from kbplatform.sdk import (
    LANGS,
    ArticleService,
    Conflict,
    FieldError,
    InvalidInput,
    NotFound,
    Text,
    credit_as,
    record_audit,
    sections_of,
    utcnow,
)
from kbplatform_experience.announcing import announce
from kbplatform_experience.limits import allow_writing
from kbplatform_experience.models import Attachment, Entry, Tag
from kbplatform_experience.moderation.service import first_state
from kbplatform_experience.private import make_private
from kbplatform_experience.registry import PLUGIN, kinds_of
from kbplatform_experience.writing.attachments import MAX_FILES, Sound, Upload, sound, wrong_file
from kbplatform_experience.writing.drafts import drop
from kbplatform_experience.writing.figures import Figure, as_lines, figures_in, known_calculators
from kbplatform_experience.writing.forms import MAX_DETAIL, MAX_LESSON, MAX_TAG, MAX_TAGS, WORDS, Typed, stored_words, tags_in, too_long

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Lang, Services, Viewer

SOURCES = frozenset({"page", "desk", "api", "cli"})
TWICE = timedelta(minutes=2)
"""For so long the same words of the same person are the same entry."""
AGAIN = frozenset({"hidden", "declined"})
"""States from which a correction goes to a moderator."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file an entry has."""

    id: int
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """One's own entry as it stands: the form that would save it unchanged, and what a form doesn't hold."""

    number: int
    version: int
    state: str
    typed: Typed
    files: tuple[FileRef, ...]


class Stale(Conflict):
    """The entry was changed since it was read; ``now`` is how it stands."""

    def __init__(self, now: Written) -> None:
        super().__init__(
            Text("这一条在别处改过，没有覆盖", "This entry was changed elsewhere; nothing was overwritten"),
            remedy=Text("两边都在：看好留哪个，再保存一次。", "Both are here: choose, then save again."),
        )
        self.now = now


@dataclass(frozen=True, slots=True)
class _Ready:
    """What goes into the row."""

    lang: Lang
    words: dict[str, str]
    tags: tuple[str, ...]
    figures: tuple[Figure, ...]


class Writing:
    """Entries as their writers see them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._db = services.db
        self._articles = ArticleService(services.db)

    def create(
        self, viewer: Viewer, actor: Actor, typed: Typed, *, source: str = "page", files: Sequence[Upload] = (), draft: str = "",
    ) -> int:  # fmt: skip
        """A new entry; its number. The draft it was is gone in the same moment. The same once more, as by a second click, is still one.

        Raises InvalidInput (fields as in :class:`Typed`, ``files``) and TooMany.
        """
        ready, kept = self._checked(viewer, typed), self._sound(files, typed)
        state = first_state(self._services, viewer)
        row = Entry(user_id=viewer.id, state=state, source=source, figures=[])
        _fill(row, typed, ready)
        with self._db.write() as session:
            if (same := _just_written(session, row)) is not None:
                return same
            allow_writing(session, viewer.id or 0)
            session.add(row)
            session.flush()
            _tags(session, row.id, ready.tags)
            _files(session, row.id, kept)
            if draft:
                drop(session, viewer, draft)
            announce(session, [row.id])
            record_audit(session, actor, "experience.written", "experience", row.id, source=source, unnamed=typed.unnamed)
            return row.id

    def edit(
        self, viewer: Viewer, actor: Actor, number: int, version: int, typed: Typed, *, files: Sequence[Upload] = (), without: Collection[int] = (),
    ) -> Written:  # fmt: skip
        """Save one's own entry over ``version``; ``without`` are files to take off. What was hidden or declined goes to a moderator again.

        Raises NotFound, :class:`Stale` and InvalidInput.
        """
        before = self.mine(viewer, number)
        ready, kept = self._checked(viewer, typed, before.typed), self._sound(files, typed)
        with self._db.write() as session:
            row = _own(session, viewer, number, lock=True)
            if row.version != version:
                raise Stale(_written(session, row))
            if row.unnamed != typed.unnamed:
                credit_as(session, PLUGIN, str(number), None if typed.unnamed else viewer.id)
            _fill(row, typed, ready)
            row.version, row.changed_at = row.version + 1, utcnow()
            row.state = "waiting" if row.state in AGAIN else first_state(self._services, viewer) if row.state == "shown" else row.state
            session.execute(delete(Tag).where(Tag.entry_id == number))
            _tags(session, number, ready.tags)
            session.execute(delete(Attachment).where(Attachment.entry_id == number, Attachment.id.in_(without)))
            _files(session, number, kept)
            announce(session, [number])
            record_audit(session, actor, "experience.corrected", "experience", number, version=row.version)
            session.flush()
            return _written(session, row)

    def withdraw(self, viewer: Viewer, actor: Actor, number: int) -> None:
        """Take one's own entry back: nobody else sees it any more. Doing it twice does no harm. Raises NotFound."""
        with self._db.write() as session:
            row = session.get(Entry, number, with_for_update=True)
            if row is None or row.user_id != viewer.id or viewer.id is None:
                raise _nothing()
            if row.state == "withdrawn":
                return
            row.state, row.version, row.changed_at = "withdrawn", row.version + 1, utcnow()
            announce(session, [number])
            record_audit(session, actor, "experience.withdrawn", "experience", number)

    def mine(self, viewer: Viewer, number: int) -> Written:
        """One's own entry, to correct it. Raises NotFound for others' and withdrawn ones."""
        with self._db.read() as session:
            return _written(session, _own(session, viewer, number))

    def sections(self, viewer: Viewer, slug: str, lang: Lang) -> list[tuple[str, str]]:
        """Id and heading of the sections of an article that ``viewer`` may read, in ``lang`` or what it is written in."""
        if not slug or not self._articles.cards([slug], lang, viewer):
            return []
        with self._db.read() as session:
            for tongue in (lang, *LANGS):
                if found := sections_of(session, slug, tongue):
                    return [(s.id, s.heading) for s in found]
        return []

    def check(self, viewer: Viewer, typed: Typed, before: Typed | None = None) -> None:
        """Raises InvalidInput where the form can't be saved; writes nothing."""
        self._checked(viewer, typed, before)

    def _checked(self, viewer: Viewer, typed: Typed, before: Typed | None = None) -> _Ready:
        """The form masked and checked. What stood in the entry before may stay, also where a name in it was said to be none."""
        lang, problems = typed.written_in, []
        if wrong_sizes := [_over(name, size) for name, size in too_long(typed).items()]:
            raise InvalidInput(wrong_sizes[0].message, fields=tuple(wrong_sizes))
        words = stored_words(typed, self._services.masking)
        figures, wrong_figures = figures_in(typed.figures, known_calculators(self._services), lang, self._services.masking)
        tags = tags_in(words["tags"])
        problems += _words_problems(words) + _tags_problems(tags) + wrong_figures
        if typed.kind not in kinds_of(self._services):
            problems.append(FieldError("kind", Text("请选一种", "Choose a kind")))
        if typed.lang not in {"", *LANGS}:
            problems.append(FieldError("lang", Text("只能是 zh 或 en", "Either zh or en")))
        if typed.team and typed.team not in viewer.teams | ({before.team} if before else set()):
            problems.append(FieldError("team", Text("这不是您的团队", "That is not your team")))
        problems += self._place_problems(viewer, typed, lang)
        if problems:
            raise InvalidInput(problems[0].message, fields=tuple(problems))
        return _Ready(lang, words, tuple(tags), tuple(figures))

    def _place_problems(self, viewer: Viewer, typed: Typed, lang: Lang) -> list[FieldError]:
        if not typed.article:
            return [FieldError("section", Text("先选实践，再选小节", "Choose the practice, then its section"))] if typed.section else []
        if not self._articles.cards([typed.article], lang, viewer):
            return [FieldError("article", Text("没有这条实践", "There is no such practice"))]
        if typed.section:
            with self._db.read() as session:
                known = {s.id for tongue in LANGS for s in sections_of(session, typed.article, tongue)}
            if typed.section not in known:
                return [FieldError("section", Text("这条实践没有这个小节", "That practice has no such section"))]
        return []

    def _sound(self, files: Sequence[Upload], typed: Typed) -> list[Sound]:
        if len(files) > MAX_FILES:
            raise _too_many_files()
        return [sound(f, self._services.masking, typed.written_in) for f in files]


def keeps(typed: Typed, before: Typed, services: Services) -> frozenset[str]:
    """What the writer says is not personal now, and what they said so of before: it stands in the entry already."""
    rules, lang = services.masking, before.written_in
    stood = {f.key for name in WORDS for f in make_private(getattr(before, name), rules, lang).findings if f.correctable}
    return typed.keep | stood


def _words_problems(words: dict[str, str]) -> list[FieldError]:
    problems = []
    if not words["lesson"]:
        problems.append(FieldError("lesson", Text("写一句就够，但这一句要有", "One line is enough, but that one is needed")))
    return problems + [_over(name, len(words[name])) for name in ("lesson", "situation", "action", "result") if len(words[name]) > _most(name)]


def _most(name: str) -> int:
    return MAX_LESSON if name == "lesson" else MAX_DETAIL


def _over(name: str, size: int) -> FieldError:
    most = _most(name)
    return FieldError(name, Text(f"最多 {most} 个字，多了 {size - most} 个", f"At most {most} characters: {size - most} too many"))


def _tags_problems(tags: list[str]) -> list[FieldError]:
    if len(tags) > MAX_TAGS:
        return [FieldError("tags", Text(f"最多 {MAX_TAGS} 个标签", f"At most {MAX_TAGS} tags"))]
    if any(len(tag) > MAX_TAG for tag in tags):
        return [FieldError("tags", Text(f"每个标签最多 {MAX_TAG} 个字", f"At most {MAX_TAG} characters in a tag"))]
    return []


def _fill(row: Entry, typed: Typed, ready: _Ready) -> None:
    row.kind, row.lang, row.unnamed = typed.kind, ready.lang, typed.unnamed
    row.slug, row.section, row.team = typed.article, typed.section, typed.team
    row.lesson, row.situation, row.action, row.result = (ready.words[name] for name in ("lesson", "situation", "action", "result"))
    row.figures = [asdict(figure) for figure in ready.figures]


def _just_written(session: Session, row: Entry) -> int | None:
    """The number of the same words by the same person of a moment ago."""
    wanted = select(Entry.id).where(Entry.user_id == row.user_id, Entry.at > utcnow() - TWICE, Entry.state != "withdrawn")
    same = (getattr(Entry, name) == getattr(row, name) for name in ("lesson", "situation", "action", "result", "slug", "kind"))
    return session.scalar(wanted.where(*same).limit(1))


def _tags(session: Session, number: int, tags: Sequence[str]) -> None:
    session.add_all(Tag(entry_id=number, tag=tag) for tag in tags)


def _files(session: Session, number: int, files: Sequence[Sound]) -> None:
    if not files:
        return
    there = session.scalar(select(func.count()).select_from(Attachment).where(Attachment.entry_id == number)) or 0
    if there + len(files) > MAX_FILES:
        raise _too_many_files()
    session.add_all(Attachment(entry_id=number, name=f.name, mime=f.mime, size=len(f.data), sha256=f.sha256, data=f.data) for f in files)


def _own(session: Session, viewer: Viewer, number: int, *, lock: bool = False) -> Entry:
    row = session.get(Entry, number, with_for_update=lock or None)
    if row is None or viewer.id is None or row.user_id != viewer.id or row.state == "withdrawn":
        raise _nothing()
    return row


def _written(session: Session, row: Entry) -> Written:
    tags = session.scalars(select(Tag.tag).where(Tag.entry_id == row.id).order_by(Tag.tag)).all()
    files = session.execute(
        select(Attachment.id, Attachment.name, Attachment.mime, Attachment.size).where(Attachment.entry_id == row.id).order_by(Attachment.id)
    )
    typed = Typed(
        lesson=row.lesson, situation=row.situation, action=row.action, result=row.result, tags=", ".join(tags), figures=as_lines(row.figures),
        kind=row.kind, lang=row.lang, article=row.slug, section=row.section, team=row.team, unnamed=row.unnamed,
    )  # fmt: skip
    return Written(row.id, row.version, row.state, typed, tuple(FileRef(*f) for f in files))


def _nothing() -> NotFound:
    return NotFound(Text("没有这条经验", "There is no such entry"))


def _too_many_files() -> InvalidInput:
    return wrong_file(Text(f"最多放 {MAX_FILES} 个文件", f"At most {MAX_FILES} files"))
