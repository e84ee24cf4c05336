"""The quizzes there are: those people make, and the one that each practice has by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from kbplatform.sdk import Conflict, FieldError, InvalidInput, NotFound, Text, record_audit, utcnow
from kbplatform_quizzes.attempts.announcing import announce
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.models import Quiz

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Database

STATES = ("draft", "open", "closed")
PAGE_SIZE = 25
PRACTICE_DRAW = 6
"""Questions that the quiz of a practice draws."""
MAX_TITLE = 120
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NONE = Text("没有这份测验", "There is no such quiz")


@dataclass(frozen=True, slots=True)
class QuizView:
    """A quiz as it is now. ``practice``: the practice that passing it proves one knows."""

    id: int
    key: str
    title: Text
    state: str
    rule: Rule
    practice: str | None = None
    own: bool = True
    revision: int = 1

    def closed(self, now: datetime) -> Text | None:
        """Why nobody may start it now."""
        rule = self.rule
        if self.state == "draft":
            return Text("这份测验还没有开放", "This quiz isn't open yet")
        if self.state == "closed" or (rule.closes_at and now > rule.closes_at):
            return Text("这份测验已经关闭", "This quiz is closed")
        if rule.opens_at and now < rule.opens_at:
            when = rule.opens_at.astimezone().strftime("%Y-%m-%d %H:%M")
            return Text(f"这份测验 {when} 开放", f"This quiz opens on {when}")
        return None

    def used_up(self, used: int) -> Text | None:
        """Why somebody who took it ``used`` times may not start it again."""
        most = self.rule.attempts
        if most and used >= most:
            en = "This quiz may be taken once, and that is used" if most == 1 else f"This quiz may be taken {most} times: all of them are used"
            return Text(f"这份测验最多做 {most} 次，已经用完", en)
        return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quiz as somebody wants it."""

    key: str
    title: Text
    state: str
    rule: Rule
    practice: str | None = None

    def check(self) -> None:
        """Raise InvalidInput that names what can't be used."""
        problems = []
        if not _KEY.fullmatch(self.key) or len(self.key) > 80:
            how = Text("用小写字母、数字和连字符，例如 refund-basics", "lower case letters, digits and hyphens: refund-basics")
            problems.append(FieldError("key", how))
        if not self.title.zh.strip() and not self.title.en.strip():
            problems.append(FieldError("title", Text("写上标题", "give it a title")))
        if len(self.title.zh) > MAX_TITLE or len(self.title.en) > MAX_TITLE:
            problems.append(FieldError("title", Text(f"标题最多 {MAX_TITLE} 个字", f"a title has at most {MAX_TITLE} characters")))
        if self.state not in STATES:
            problems.append(FieldError("state", Text("状态是 draft、open 或 closed", "the state is draft, open or closed")))
        if problems:
            raise InvalidInput(Text("这份测验有的地方不对", "Something in this quiz can't be used"), fields=tuple(problems))


class Quizzes:
    """Reads and writes quizzes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, key: str, *, drafts: bool = False) -> QuizView:
        """A quiz. Raises NotFound, also for a draft unless ``drafts``."""
        with self._db.read() as session:
            row = session.scalar(select(Quiz).where(Quiz.key == key))
        if row is None or (row.state == "draft" and not drafts):
            raise NotFound(_NONE)
        return view_of(row)

    def page(
        self, *, drafts: bool = False, search: str = "", page: int = 1, size: int = PAGE_SIZE, practices: Collection[str] | None = None
    ) -> tuple[list[QuizView], int]:
        """Quizzes by title, those people made first, and how many there are. With ``practices`` none of any other practice."""
        here = [] if drafts else [Quiz.state != "draft"]
        if practices is not None:
            here.append(or_(Quiz.practice.is_(None), Quiz.practice.in_(practices)))
        if search.strip():
            like = f"%{search.strip().replace('%', '').replace('_', '')[:60]}%"
            here.append(or_(Quiz.zh.ilike(like), Quiz.en.ilike(like), Quiz.key.ilike(like)))
        with self._db.read() as session:
            total = session.scalar(select(func.count()).select_from(Quiz).where(*here)) or 0
            rows = session.scalars(select(Quiz).where(*here).order_by(Quiz.own.desc(), Quiz.zh, Quiz.id).limit(size).offset((page - 1) * size))
            return [view_of(row) for row in rows], total

    def practices(self) -> list[str]:
        """The practices that a quiz is about."""
        with self._db.read() as session:
            return list(session.scalars(select(Quiz.practice).where(Quiz.practice.is_not(None)).distinct()))

    def create(self, wanted: Wanted, actor: Actor) -> QuizView:
        """A new quiz. Raises InvalidInput, also where its key is taken."""
        wanted.check()
        with self._db.write() as session:
            if session.scalar(select(Quiz.id).where(Quiz.key == wanted.key)) is not None:
                taken = Text(f"编号 {wanted.key} 已经有了", f"the key {wanted.key} is taken")
                raise InvalidInput(taken, fields=(FieldError("key", taken),))
            row = Quiz(key=wanted.key, **_columns(wanted), by=actor.id)
            session.add(row)
            session.flush()
            announce(session, [row.id])
            record_audit(session, actor, "quizzes.quiz_created", "quiz", wanted.key)
            return view_of(row)

    def change(self, wanted: Wanted, revision: int, actor: Actor) -> QuizView:
        """Change a quiz; attempts under way keep the rule they began with. Raises InvalidInput, NotFound; Conflict where somebody was first."""
        wanted.check()
        with self._db.write() as session:
            changed = _columns(wanted) | {"revision": revision + 1, "own": True, "changed_at": utcnow()}
            done = session.execute(update(Quiz).where(Quiz.key == wanted.key, Quiz.revision == revision).values(changed))
            row = session.scalar(select(Quiz).where(Quiz.key == wanted.key))
            if row is None:
                raise NotFound(_NONE)
            if not done.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
                raise Conflict(Text("别人刚改过这份测验，请刷新后再改", "Somebody else has just changed this quiz: reload it and change it again"))
            announce(session, [row.id])
            record_audit(session, actor, "quizzes.quiz_changed", "quiz", wanted.key, state=wanted.state)
            return view_of(row)

    def ensure(self, titles: Mapping[str, Text]) -> int:
        """Each practice (slug → title) gets its own quiz, whose title follows while nobody changed it; how many were written."""
        with self._db.read() as session:
            if not _missing(session, titles):
                return 0
        with self._db.write() as session:
            missing = _missing(session, titles)
            written = []
            for wanted, row in missing:
                columns = _columns(wanted)
                if row is None:
                    written.append(Quiz(key=wanted.key, own=False, by=None, **columns))
                else:
                    row.zh, row.en, row.changed_at = str(columns["zh"]), str(columns["en"]), utcnow()
                    written.append(row)
            session.add_all(written)
            session.flush()
            announce(session, [row.id for row in written])
            return len(missing)


def _missing(session: Session, titles: Mapping[str, Text]) -> list[tuple[Wanted, Quiz | None]]:
    """The practices' quizzes that aren't there or are called otherwise, with their row."""
    wanted = [practice_quiz(slug, title) for slug, title in titles.items()]
    known = {row.key: row for row in session.scalars(select(Quiz).where(Quiz.key.in_([w.key for w in wanted])))}
    rows = ((w, known.get(w.key)) for w in wanted)
    return [(w, row) for w, row in rows if row is None or (not row.own and (row.zh, row.en) != (w.title.zh, w.title.en))]


def _columns(wanted: Wanted) -> dict[str, Any]:
    title = wanted.title
    names = {"zh": title.zh.strip() or title.en.strip(), "en": title.en.strip() or title.zh.strip()}
    return names | {"state": wanted.state, "rule": wanted.rule.written(), "practice": wanted.practice}


def view_of(row: Quiz) -> QuizView:
    """A row as it is shown."""
    return QuizView(row.id, row.key, Text(row.zh, row.en), row.state, Rule.read(row.rule), row.practice, row.own, row.revision)


def practice_quiz(slug: str, title: Text) -> Wanted:
    """The quiz that a practice has by itself: six of its questions, as often as one likes."""
    rule = Rule(pools=(Pool(practices=(slug,), count=PRACTICE_DRAW),))
    return Wanted(f"practice-{slug}"[:80].rstrip("-"), Text(f"考核：{title.zh}", f"Test: {title.en}"), "open", rule, slug)


def may_review(rule: Rule, quiz: QuizView, now: datetime) -> bool:
    """Whether a taker may see more than the score of an attempt that is done."""
    closed = quiz.state == "closed" or (rule.closes_at is not None and now > rule.closes_at)
    return rule.review == "end" or (rule.review == "closed" and closed)
