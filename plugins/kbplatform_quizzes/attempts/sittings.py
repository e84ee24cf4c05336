"""Taking a quiz: an attempt is drawn once, each answer is kept as it is given, and there is exactly one score.

Every change is one short transaction on one locked attempt, so that tabs, retries and several servers can't undo each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kbplatform.sdk import Conflict, InvalidInput, Lang, NotFound, Text, emit, utcnow
from kbplatform_quizzes.attempts.quizzes import QuizView, may_review, view_of
from kbplatform_quizzes.attempts.records import records
from kbplatform_quizzes.attempts.replay import Outcome
from kbplatform_quizzes.attempts.rules import Rule
from kbplatform_quizzes.attempts.shown import Sitting, asked, name_of, reviewed
from kbplatform_quizzes.attempts.thinning import LATE, SENT, thin
from kbplatform_quizzes.faces import BadAnswer, Sent, Showing
from kbplatform_quizzes.kinds import UNMARKED, UNPRACTISED
from kbplatform_quizzes.kinds.scenario import Scenario
from kbplatform_quizzes.models import Allowance, Attempt, AttemptEvent, AttemptItem, Quiz

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Viewer
    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.store import Bank, Stored

FINISHED = "quizzes.attempt_finished"
GRADED, AGAIN, TRIED = "graded", "again", "tried"
MAX_SENT = 20_000
"""Characters of what one question's form sends."""
MAX_LEFT_S = 24 * 3600
MAX_AHEAD = 1_000
"""How far a number of what was sent may be ahead: one far beyond would leave no room for those that follow."""
_NONE = Text("没有这次作答", "There is no such attempt")
_NO_SUCH = Text("这次作答里没有这道题", "There is no such question in this attempt")
_DONE = Text("已经交卷了，这个答案没有算进去", "This was handed in already: the answer was not counted")
_LATE = Text("时间到了：这个答案来晚了，没有算分，但原文留着", "Time was up: this answer came too late to count, but it is kept")
_PAUSED = Text("现在是暂停，先点“继续”再作答", "This is paused: continue first, then answer")

Readable = Callable[[list[str]], set[str]]
"""Which of these articles the taker may read."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an answer: ``problem`` says why it is no answer yet (it is kept), ``stale`` that a newer one was there already."""

    rev: int
    answered: bool
    problem: Text | None
    stale: bool
    seconds_left: int | None


class Sittings:
    """Starts attempts, saves answers, ends and marks them. ``clock`` gives the time."""

    def __init__(self, db: Database, bank: Bank, clock: Callable[[], datetime] = utcnow) -> None:
        self._db = db
        self._bank = bank
        self._now = clock

    # ------------------------------------------------------------------ starting

    def start(self, viewer: Viewer, quiz: QuizView, lang: Lang, readable: Readable, *, tried: bool = False) -> str:
        """The token of a new attempt, or of the one under way; ``tried`` is an author's look at a draft, which counts for nothing.

        Raises Conflict where the quiz is closed, used up or has no questions.
        """
        return _once(lambda: self._start(viewer, quiz, lang, readable, TRIED if tried else GRADED))

    def _start(self, viewer: Viewer, quiz: QuizView, lang: Lang, readable: Readable, kind: str) -> str:
        now = self._now()
        seed = secrets.token_hex(8)
        known = self._bank.of(*quiz.rule.practices)
        may_read = readable(sorted({stored.slug for stored in known}))
        drawn = quiz.rule.draw((stored for stored in known if stored.slug in may_read), seed)
        with self._db.write() as session:
            mine = session.scalars(
                select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.user_id == viewer.id, Attempt.kind == kind).with_for_update()
            ).all()
            for attempt in mine:
                if attempt.state != "done" and not self._settle(session, attempt, now):
                    return attempt.token
            problem = None if kind == TRIED else quiz.closed(now) or quiz.used_up(len(mine))
            if problem is None and not drawn:
                problem = Text("这份测验现在没有能出的题", "This quiz has no questions to ask at the moment")
            if problem is None:
                return self._begin(session, viewer, quiz, (kind, len(mine) + 1), drawn, seed, lang)
        raise Conflict(problem)

    def again(self, viewer: Viewer, token: str, lang: Lang) -> str:
        """A new attempt at what was not fully right in one that is done; it counts for nothing. Raises Conflict where nothing was wrong."""
        return _once(lambda: self._again(viewer, token, lang))

    def _again(self, viewer: Viewer, token: str, lang: Lang) -> str:
        now = self._now()
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            row = session.get_one(Quiz, attempt.quiz_id)
            rule = Rule.read(attempt.rule)
            if attempt.state != "done" or not may_review(rule, view_of(row), now) or "marks" not in rule.shown:
                raise Conflict(Text("现在还不能重练错题", "The wrong ones can't be practised again yet"))
            before = session.scalars(select(Attempt).where(Attempt.quiz_id == row.id, Attempt.user_id == viewer.id, Attempt.kind == AGAIN)).all()
            for other in before:
                if other.state != "done":
                    return other.token
            items = session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id).order_by(AttemptItem.position))
            wrong = [i.question_id for i in items if i.fraction is not None and i.fraction < 1]
            texts = {stored.id: stored for stored in self._bank.present(session, wrong)}
            drawn = [texts[number] for number in wrong if number in texts and texts[number].question.body.kind not in UNPRACTISED]
            if not drawn:
                raise Conflict(Text("没有能自己重练的错题", "Nothing that was wrong can be practised alone"))
            return self._begin(session, viewer, view_of(row), (AGAIN, len(before) + 1), drawn, secrets.token_hex(8), lang)

    def _begin(
        self, session: Session, viewer: Viewer, quiz: QuizView, place: tuple[str, int], drawn: list[Stored], seed: str, lang: Lang
    ) -> str:
        now, rule = self._now(), quiz.rule
        deadline: datetime | None = None
        if rule.minutes and place[0] != AGAIN:
            allowance = session.get(Allowance, viewer.id)
            more = allowance.percent if allowance else 0
            deadline = now + timedelta(minutes=rule.minutes * (1 + more / 100))
        if rule.closes_at and place[0] == GRADED:
            deadline = min(deadline or rule.closes_at, rule.closes_at)
        attempt = Attempt(
            token=secrets.token_urlsafe(12), quiz_id=quiz.id, user_id=viewer.id, kind=place[0], number=place[1], rule=rule.written(),
            seed=seed, lang=lang, started_at=now, deadline_at=deadline, state="going",
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        session.add_all(
            AttemptItem(attempt_id=attempt.id, position=i, question_id=s.id, version=s.question.version, points=points_of(s.question), sent={})
            for i, s in enumerate(drawn)
        )
        _note(session, attempt, "started", now, data={"questions": len(drawn)})
        session.flush()
        return attempt.token

    # ------------------------------------------------------------------ on the way

    def sitting(self, viewer: Viewer, token: str, lang: Lang) -> Sitting:
        """The attempt as its taker may see it now. Raises NotFound, also for somebody else's."""
        with self._db.read() as session:
            attempt = self._own(session, viewer, token, lock=False)
            over = self._over(attempt, self._now())
        if over:
            with self._db.write() as session:
                self._settle(session, self._own(session, viewer, token), self._now())
        with self._db.read() as session:
            return self.shown(session, self._own(session, viewer, token, lock=False), lang)

    def save(self, viewer: Viewer, token: str, position: int, sent: Sent, *, sure: bool | None = None, rev: int | None = None) -> Saved:
        """Keep an answer. What is no answer yet (half a number) is kept as it was typed and counts as none.

        Of two tabs the higher ``rev`` wins, of equal ones the first; without one it is the newest. Raises NotFound; Conflict once the
        attempt is done, paused or out of time, and where a role-play would unsay something; InvalidInput for what is too long to keep.
        """
        late = done = paused = False
        saved: Saved | None = None
        with self._db.write() as session:
            now = self._now()
            attempt = self._own(session, viewer, token)
            item = session.get(AttemptItem, (attempt.id, position))
            if item is None:
                raise NotFound(_NO_SUCH)
            question = self._bank.texts(session, [(item.question_id, item.version)])[item.question_id, item.version].question
            own, answer, problem = self._read(question, attempt, position, sent)
            was_done = attempt.state == "done"
            late = self._settle(session, attempt, now) or (was_done and attempt.ended_by == "time")
            done, paused = was_done and not late, attempt.state == "paused"
            if late and answer != item.answer:
                _note(session, attempt, "late", now, position, {"answer": answer})
                thin(session, attempt.id, position, LATE)
            elif not late and not done and not paused:
                saved = self._keep(session, attempt, item, own, answer, problem, sure, rev, now, question)
        if saved is None:
            raise Conflict(_LATE if late else _DONE if done else _PAUSED)
        return saved

    def _read(self, question: Question, attempt: Attempt, position: int, sent: Sent) -> tuple[dict[str, list[str]], Any, Text | None]:
        """What of the form belongs to the question, the answer it is, and why it is none."""
        name = name_of(position)
        own = {key: values for key, values in sent.items() if key == name or key.startswith(f"{name}.")}
        if len(own) > 200 or sum(len(v) for values in own.values() for v in values) > MAX_SENT:
            raise _too_long()
        try:
            answer = Showing(question, "zh", attempt.seed, name).answer(own)
            question.body.grade(answer)
        except BadAnswer as error:
            return own, None, error.message
        return own, answer, None

    def _keep(  # noqa: PLR0913, PLR0917 - one answer's whole state
        self, session: Session, attempt: Attempt, item: AttemptItem, own: dict[str, list[str]], answer: Any, problem: Text | None,  # noqa: ANN401
        sure: bool | None, rev: int | None, now: datetime, question: Question,
    ) -> Saved:  # fmt: skip
        if rev is not None and rev > item.rev + MAX_AHEAD:
            raise InvalidInput(Text("rev 每改一次加一，这个跳得太远", "rev counts up by one with each change: this one is too far ahead"))
        answered_as = item.sure if sure is None else sure
        same = (answer, own, answered_as) == (item.answer, item.sent, item.sure)
        if rev is not None and (rev < item.rev or (rev == item.rev and not same)):
            return Saved(item.rev, item.answer is not None, None, stale=True, seconds_left=_left(attempt, now))
        if isinstance(question.body, Scenario):
            if problem is not None:  # a call has no half an answer, and a choice that isn't there would stand in the way of those that are
                raise InvalidInput(problem)
            if item.answer and (answer or [])[: len(item.answer)] != item.answer:
                raise Conflict(Text("电话里说出去的话收不回来", "What was said on a call can't be unsaid"))
        sure, number = answered_as, item.rev + 1 if rev is None else rev
        if not same:
            kind, data = ("answered", {"answer": answer, "sure": sure}) if problem is None else ("drafted", {"sent": own})
            _note(session, attempt, kind, now, item.position, data | {"rev": number})
            thin(session, attempt.id, item.position, SENT)
        item.answer, item.sent, item.sure, item.rev = answer, own, sure, number
        return Saved(number, answer is not None, problem, stale=False, seconds_left=_left(attempt, now))

    def pause(self, viewer: Viewer, token: str) -> None:
        """Stop the clock: a call comes in. Raises Conflict in an exam and once it is done."""
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            now = self._now()
            if Rule.read(attempt.rule).exam:
                raise Conflict(Text("考试不能暂停", "An exam can't be paused"))
            if attempt.state == "going" and not self._settle(session, attempt, now):
                attempt.state, attempt.paused_at = "paused", now
                _note(session, attempt, "paused", now)

    def resume(self, viewer: Viewer, token: str) -> None:
        """Go on; the deadline moves by as long as the clock stood still, though not beyond the quiz's closing time."""
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            if attempt.state != "paused" or attempt.paused_at is None:
                return
            now = self._now()
            still, closes = now - attempt.paused_at, Rule.read(attempt.rule).closes_at
            if attempt.deadline_at is not None:
                attempt.deadline_at = min(attempt.deadline_at + still, closes) if closes else attempt.deadline_at + still
            attempt.state, attempt.paused_at = "going", None
            _note(session, attempt, "resumed", now, data={"seconds": round(still.total_seconds())})

    def come_back(self, viewer: Viewer, token: str, position: int, *, later: bool = True) -> None:
        """Mark a question to come back to, or take the mark away. Raises NotFound; Conflict once the attempt is done."""
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            item = session.get(AttemptItem, (attempt.id, position))
            if item is None:
                raise NotFound(_NO_SUCH)
            if attempt.state == "done":
                raise Conflict(_DONE)
            item.later = later

    def left(self, viewer: Viewer, token: str, seconds: float) -> None:
        """The window was out of sight for so long: recorded in an exam only, and nowhere else."""
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            if attempt.state == "going" and Rule.read(attempt.rule).exam:
                _note(session, attempt, "left", self._now(), data={"seconds": round(min(max(seconds, 0), MAX_LEFT_S))})

    # ------------------------------------------------------------------ ending

    def submit(self, viewer: Viewer, token: str) -> None:
        """Hand it in. However often and from wherever that is asked, the attempt ends once and has one score."""
        with self._db.write() as session:
            attempt = self._own(session, viewer, token)
            now = self._now()
            if attempt.state != "done" and not self._settle(session, attempt, now):
                self._end(session, attempt, "taker", now)

    def settle_overdue(self, session: Session) -> int:
        """End every attempt whose time ran out, in the caller's writing session; how many there were."""
        now = self._now()
        overdue = session.scalars(select(Attempt).where(Attempt.state == "going", Attempt.deadline_at < now).with_for_update(skip_locked=True))
        return sum(self._settle(session, attempt, now) for attempt in overdue)

    def _over(self, attempt: Attempt, now: datetime) -> bool:
        grace = timedelta(seconds=int(attempt.rule.get("grace", 0)))
        if attempt.state == "paused":  # a pause ends at the latest when the quiz closes
            closes = Rule.read(attempt.rule).closes_at
            return closes is not None and now > closes + grace
        return attempt.state == "going" and attempt.deadline_at is not None and now > attempt.deadline_at + grace

    def _settle(self, session: Session, attempt: Attempt, now: datetime) -> bool:
        """End the attempt if its time ran out; whether it did just now."""
        if not self._over(attempt, now):
            return False
        self._end(session, attempt, "time", min(now, attempt.deadline_at) if attempt.deadline_at else now)
        return True

    def _end(self, session: Session, attempt: Attempt, by: str, at: datetime) -> None:
        attempt.state, attempt.ended_at, attempt.ended_by, attempt.paused_at = "done", at, by, None
        _note(session, attempt, "ended", self._now(), data={"by": by})
        session.flush()
        self.score(session, attempt)

    def score(self, session: Session, attempt: Attempt) -> None:
        """Write down what the events of a done attempt come to."""
        kept = records(session, self._bank, [attempt])
        self.write_down(session, attempt, kept.items[attempt.id], kept.outcome(attempt))

    def write_down(self, session: Session, attempt: Attempt, items: list[AttemptItem], outcome: Outcome) -> None:
        """Make the outcome of a done attempt the one that counts; tells the world once nothing waits any more."""
        for item, played in zip(items, outcome.items, strict=True):
            item.fraction, item.waiting = played.fraction, played.waiting
        before = (attempt.percent, attempt.passed)
        attempt.percent, attempt.waiting = outcome.percent, outcome.waiting
        attempt.passed = outcome.passed(float(attempt.rule.get("pass_percent", 0)))
        if outcome.percent is not None and before != (attempt.percent, attempt.passed):
            quiz = session.get_one(Quiz, attempt.quiz_id)
            emit(session, FINISHED, {
                "attempt": attempt.token, "quiz": quiz.key, "practice": quiz.practice, "user": attempt.user_id, "kind": attempt.kind,
                "number": attempt.number, "percent": attempt.percent, "passed": attempt.passed,
            })  # fmt: skip

    # ------------------------------------------------------------------ reading

    def shown(self, session: Session, attempt: Attempt, lang: Lang, *, everything: bool = False) -> Sitting:
        """An attempt for its taker or, with ``everything``, for a trainer."""
        now = self._now()
        quiz = view_of(session.get_one(Quiz, attempt.quiz_id))
        rule = Rule.read(attempt.rule)
        kept = records(session, self._bank, [attempt])
        items = kept.items[attempt.id]
        stored = [kept.stored(item) for item in items]
        going: tuple[Any, ...] = ()
        after: tuple[Any, ...] = ()
        if attempt.state == "going":
            going = tuple(asked(i, s, attempt.seed, lang) for i, s in zip(items, stored, strict=True))
        elif attempt.state == "done" and (everything or may_review(rule, quiz, now)):
            allowed = frozenset({"marks", "feedback", "solution"}) if everything else rule.shown
            played = kept.outcome(attempt).items
            after = tuple(reviewed(i, s, p, attempt.seed, lang, allowed, to_marker=everything) for i, s, p in zip(items, stored, played, strict=True))
        left = 0
        if rule.exam:
            left = session.scalar(
                select(func.count()).select_from(AttemptEvent).where(AttemptEvent.attempt_id == attempt.id, AttemptEvent.kind == "left")
            ) or 0
        return Sitting(
            attempt.token, quiz.key, quiz.title, quiz.practice, rule, attempt.kind, attempt.number, attempt.state, attempt.started_at,
            attempt.ended_at, attempt.ended_by, _left(attempt, now), attempt.percent, attempt.passed, attempt.waiting, attempt.user_id,
            going, after, left,
        )  # fmt: skip

    def _own(self, session: Session, viewer: Viewer, token: str, *, lock: bool = True) -> Attempt:
        wanted = select(Attempt).where(Attempt.token == token, Attempt.user_id == viewer.id)
        attempt = session.scalar(wanted.with_for_update() if lock else wanted) if viewer.id is not None else None
        if attempt is None:
            raise NotFound(_NONE)
        return attempt


def _once(begin: Callable[[], str]) -> str:
    """What ``begin`` gives, also where the same person was faster in another tab: that attempt is there then."""
    for _ in range(3):
        try:
            return begin()
        except IntegrityError:
            continue
    raise Conflict(Text("同时开始了好几次，请再点一次“开始”", "It was started several times at once: press “start” again"))


def points_of(question: Question) -> float:
    """What a question is worth in a quiz: one point; nothing where it asks nothing."""
    return 0.0 if question.body.kind in UNMARKED else 1.0


def _note(session: Session, attempt: Attempt, kind: str, at: datetime, position: int | None = None, data: dict[str, Any] | None = None) -> None:
    session.add(AttemptEvent(attempt_id=attempt.id, kind=kind, position=position, data=data or {}, at=at))


def _left(attempt: Attempt, now: datetime) -> int | None:
    """Whole seconds until the deadline; None without one or once it is done."""
    if attempt.deadline_at is None or attempt.state == "done":
        return None
    return max(0, int((attempt.deadline_at - (attempt.paused_at or now)).total_seconds()))


def _too_long() -> InvalidInput:
    return InvalidInput(Text(f"一道题的答案最多 {MAX_SENT:,} 个字", f"The answer to one question has at most {MAX_SENT:,} characters"))
