"""Marking by people: essays by their rubric, near misses by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kbplatform.sdk import FieldError, InvalidInput, Lang, NotFound, Text, record_audit, utcnow
from kbplatform_quizzes.attempts.people import people_of
from kbplatform_quizzes.attempts.replay import Judgement
from kbplatform_quizzes.attempts.sittings import TRIED
from kbplatform_quizzes.kinds.written import Criterion, Essay
from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem, Quiz
from kbplatform_quizzes.private import comment as kept_comment

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Services, Viewer
    from kbplatform_quizzes.attempts.shown import Reviewed
    from kbplatform_quizzes.attempts.sittings import Sittings
    from kbplatform_quizzes.store import Bank, Stored

PAGE_SIZE = 25
MAX_COMMENT = 2_000
_NONE = Text("没有要批的这份答案", "There is no such answer to mark")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits for a person."""

    attempt: str
    position: int
    who: str
    quiz: Text
    stored: Stored
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Marking:
    """An answer as its marker sees it. ``own`` is what they said of it before; others' judgements show only after that."""

    who: str
    quiz: Text
    reviewed: Reviewed
    stored: Stored
    criteria: tuple[Criterion, ...]
    own: Judgement | None
    others: tuple[Judgement, ...]
    needed: int


class Markers:
    """What trainers do with the attempts of their people."""

    def __init__(self, services: Services, bank: Bank, sittings: Sittings) -> None:
        self._db, self._rules, self._bank, self._sittings = services.db, services.masking, bank, sittings

    def queue(self, viewer: Viewer, *, page: int = 1, size: int = PAGE_SIZE) -> tuple[list[Waiting], int]:
        """Answers that wait for this marker, oldest first, and how many there are: not their own, nor those they marked already."""
        with self._db.read() as session:
            names = {m.id: m.name for m in people_of(session, viewer)}
            here = _waiting(viewer, names)
            total = session.scalar(select(func.count()).select_from(here.subquery())) or 0
            rows = session.execute(here.order_by(Attempt.ended_at, Attempt.id, AttemptItem.position).limit(size).offset((page - 1) * size)).all()
            texts = self._bank.texts(session, {(item.question_id, item.version) for item, _, _ in rows})
            return [
                Waiting(a.token, i.position, names[a.user_id or 0], Text(q.zh, q.en), texts[i.question_id, i.version], a.ended_at)
                for i, a, q in rows
            ], total

    def look(self, viewer: Viewer, token: str, position: int, lang: Lang) -> Marking:
        """An answer to mark. Raises NotFound where it isn't one of the viewer's people's, or is their own."""
        with self._db.read() as session:
            attempt, who = self._find(session, viewer, token)
            sitting = self._sittings.shown(session, attempt, lang, everything=True)
            found = next((r for r in sitting.reviewed if r.position == position), None)
            item = session.get(AttemptItem, (attempt.id, position))
            if found is None or item is None:
                raise NotFound(_NONE)
            stored = self._bank.texts(session, [(item.question_id, item.version)])[item.question_id, item.version]
        own = next((j for j in found.judgements if j.by == viewer.id), None)
        others = tuple(j for j in found.judgements if j.by != viewer.id) if own or not found.waiting else ()
        body = stored.question.body
        criteria = body.rubric if isinstance(body, Essay) else ()
        return Marking(who, sitting.title, found, stored, criteria, own, others, sitting.rule.markers if criteria else 1)

    def mark(self, viewer: Viewer, actor: Actor, token: str, position: int, points: Sequence[float], comment: str = "") -> bool:
        """Judge an answer: ``points`` by criterion of its rubric, or one part of the whole, 0 to 1, where there is none.

        Judging again replaces one's own judgement. What the site masks is taken out of ``comment``; True where something was.
        Raises NotFound as :meth:`look`, InvalidInput for points that can't be given.
        """
        marking = self.look(viewer, token, position, "zh")
        most = [c.points for c in marking.criteria] or [1.0]
        problems = [
            FieldError(f"points.{i}", Text(f"给 0 到 {high:g} 分", f"give 0 to {high:g} points"))
            for i, high in enumerate(most)
            if i >= len(points) or not 0 <= points[i] <= high
        ]
        if len(points) > len(most):
            problems.append(FieldError("points", Text(f"只有 {len(most)} 项", f"there are only {len(most)}")))
        if len(comment) > MAX_COMMENT:
            problems.append(FieldError("comment", Text(f"评语最多 {MAX_COMMENT} 字", f"a comment has at most {MAX_COMMENT} characters")))
        if problems:
            raise InvalidInput(Text("有的分数用不了", "Some points can't be given"), fields=tuple(problems))
        said = kept_comment(comment, self._rules)
        data = {"fraction": sum(points) / sum(most), "points": list(points), "comment": said.text}
        with self._db.write() as session:
            attempt, _who = self._find(session, viewer, token, lock=True)
            session.add(AttemptEvent(attempt_id=attempt.id, kind="marked", position=position, by=viewer.id, data=data, at=utcnow()))
            session.flush()
            self._sittings.score(session, attempt)
            record_audit(session, actor, "quizzes.marked", "quiz_attempt", token, position=position)
        return said.hidden

    def _find(self, session: Session, viewer: Viewer, token: str, *, lock: bool = False) -> tuple[Attempt, str]:
        wanted = select(Attempt).where(Attempt.token == token, Attempt.state == "done")
        attempt = session.scalar(wanted.with_for_update() if lock else wanted)
        names = {m.id: m.name for m in people_of(session, viewer)}
        if attempt is None or attempt.user_id not in names or attempt.user_id == viewer.id:
            raise NotFound(_NONE)
        return attempt, names[attempt.user_id]


def _waiting(viewer: Viewer, people: dict[int, str]) -> Select[Any]:
    done = select(AttemptEvent.id).where(
        AttemptEvent.attempt_id == AttemptItem.attempt_id, AttemptEvent.position == AttemptItem.position,
        AttemptEvent.kind == "marked", AttemptEvent.by == viewer.id,
    )  # fmt: skip
    return (
        select(AttemptItem, Attempt, Quiz)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(AttemptItem.waiting, Attempt.kind != TRIED, Attempt.user_id.in_(people), Attempt.user_id != viewer.id, ~done.exists())
    )
