"""Attempts as rows, for tests of what is read from them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kbplatform.db.migrate import CORE, Component, upgrade
from kbplatform.sdk import Text
from kbplatform_quizzes import models
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.kinds.choice import Option, Single, TrueFalse
from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem, BankQuestion, Quiz
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.store import put

SLUG = "complaint-handling"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
QUIZ_RULE = Rule(pools=(Pool(practices=(SLUG,)),))


def migrated(db):
    """The database with the tables of the plugin."""
    upgrade(db, [CORE, Component("quizzes", "quizzes", Path(models.__file__).parent / "migrations" / "versions")])
    return db


def single(key: str, *, right: int = 0, options: tuple[str, ...] = ("甲", "乙", "丙", "丁"), stem: str = "") -> Question:
    """One of several; option names are also their English."""
    return Question(key, Text(stem or f"题 {key}", stem or f"Stem {key}"), Single(tuple(Option(Text(o, o), right=i == right) for i, o in enumerate(options))))


def statement(key: str, *, right: bool = True) -> Question:
    return Question(key, Text(f"判断 {key}", f"Statement {key}"), TrueFalse(right=right))


def stored(db, *questions: Question, slug: str = SLUG) -> dict[str, int]:
    """Put questions into the bank (or their new texts); key → number."""
    found = {}
    with db.write() as session:
        for position, question in enumerate(questions):
            row = session.query(BankQuestion).filter_by(slug=slug, key=question.id).one_or_none()
            row = row or BankQuestion(slug=slug, key=question.id, position=position, version=question.version)
            put(session, row, question)
            found[question.id] = row.id
    return found


def quiz(db, key: str = "basics", rule: Rule = QUIZ_RULE, **columns) -> int:
    with db.write() as session:
        row = Quiz(**({"key": key, "practice": SLUG, "zh": f"测验 {key}", "en": f"Quiz {key}", "state": "open", "rule": rule.written(), "by": None} | columns))
        session.add(row)
        session.flush()
        return row.id


def sit(db, quiz_id: int, user: int | None, items, *, number: int = 1, kind: str = "graded", state: str = "done", minutes: float = 10, rule: Rule = QUIZ_RULE, day: int = 0, paused: int = 0, waiting: int = 0) -> str:
    """A finished attempt; ``items`` are (number in the bank, question, answer[, sure]). Marked as the kind marks it."""
    with db.write() as session:
        started = START + timedelta(days=day)
        attempt = Attempt(
            token=secrets.token_hex(6), quiz_id=quiz_id, user_id=user, kind=kind, number=number, rule=rule.written(), seed="s", lang="zh",
            started_at=started, state=state, ended_at=started + timedelta(minutes=minutes) if state == "done" else None, waiting=waiting,
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        total = 0.0
        for position, (bank_id, question, answer, *sure) in enumerate(items):
            fraction = question.body.grade(answer).fraction
            total += fraction
            session.add(AttemptItem(
                attempt_id=attempt.id, position=position, question_id=bank_id, version=question.version, points=1.0, answer=answer,
                sure=sure[0] if sure else None, fraction=None if waiting and not position else fraction, waiting=bool(waiting and not position), sent={},
            ))  # fmt: skip
        if state == "done" and not waiting:
            attempt.percent = 100 * total / len(items)
            attempt.passed = attempt.percent >= rule.pass_percent
        if paused:
            session.add(AttemptEvent(attempt_id=attempt.id, kind="resumed", data={"seconds": paused}, at=started))
        return attempt.token

