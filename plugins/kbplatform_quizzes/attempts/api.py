"""Quizzes in JSON: the same service as the pages, whose addresses these mirror. Nothing here says what would be right before the quiz allows it."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, Text, content_lang, current_viewer, may, requires, ui_lang, utcnow
from kbplatform_quizzes.attempts.forms import MAX_REV, own_of, tidy
from kbplatform_quizzes.attempts.mine import standings
from kbplatform_quizzes.attempts.quizzes import PAGE_SIZE, QuizView
from kbplatform_quizzes.attempts.shown import Asked, Reviewed, Sitting
from kbplatform_quizzes.attempts.views import Room, room_of
from kbplatform_quizzes.faces import Face, Sent, worded
from kbplatform_quizzes.kinds.scenario import Walk
from kbplatform_quizzes.registry import AUTHOR, TAKE

_STALE = Text("这道题刚在别处改过，没有覆盖", "This was answered elsewhere meanwhile; nothing was overwritten")


class QuizPath(BaseModel):
    """Which quiz."""

    key: str = Field(max_length=80)


class AttemptPath(BaseModel):
    """Which attempt."""

    token: str = Field(max_length=40)


class AnswerPath(AttemptPath):
    """Which question of which attempt, from 0."""

    position: int = Field(ge=0, le=1_000)


class LangQuery(QueryModel):
    """``lang`` is the language of the questions."""

    lang: str = Field("", max_length=5)


class ListQuery(LangQuery):
    """Which page, and what the title contains."""

    page: int = Field(1, ge=1, le=10_000)
    find: str = Field("", max_length=60)


class QuizOut(BaseModel):
    """A quiz. ``minutes`` and ``attempts`` 0 mean no limit; ``going`` is the token of one's attempt under way, ``closed`` why it can't be started."""

    key: str
    title: str
    state: str
    practice: str | None
    exam: bool
    minutes: int
    attempts: int
    attempts_left: int | None
    pass_percent: float
    certainty: bool
    review: str
    closed: str | None
    going: str | None
    percent: float | None
    passed: bool | None


class QuizzesOut(BaseModel):
    """A page of quizzes."""

    quizzes: list[QuizOut]
    total: int
    page: int
    pages: int


class FieldOut(BaseModel):
    """A control: what it sends goes under ``name``; of ``options`` the place is sent, from 0."""

    control: str
    name: str
    label: str
    options: list[str]


class CallOut(BaseModel):
    """A role-play so far: what was said, by whom; what may be said now. An answer is the path of choices, such as 0.2.1."""

    path: str
    said: list[tuple[str, str]]
    choices: list[str]


class AskedOut(BaseModel):
    """A question under way. ``sent`` is what its form held last; ``rev`` counts what was sent; ``marked`` is what one wants to come back to."""

    position: int
    kind: str
    stem: str
    fields: list[FieldOut]
    sent: dict[str, list[str]]
    sure: bool | None
    rev: int
    answered: bool
    marked: bool
    question_id: int
    call: CallOut | None


class AttemptOut(BaseModel):
    """An attempt. ``questions`` is empty unless it is going."""

    token: str
    quiz: str
    title: str
    kind: str
    number: int
    state: str
    exam: bool
    seconds_left: int | None
    started_at: datetime
    ended_at: datetime | None
    questions: list[AskedOut]


class ReviewedOut(BaseModel):
    """A question afterwards; what the quiz doesn't show is empty."""

    position: int
    kind: str
    stem: str
    sent: dict[str, list[str]]
    sure: bool | None
    fraction: float | None
    waiting: bool
    feedback: list[str]
    solution: list[str]
    comments: list[str]
    rubric: list[tuple[str, float, float]] = Field(description="Of an essay: what was looked for, points given, points there are.")
    practice: str
    section: str


class ResultOut(BaseModel):
    """What came of an attempt. ``percent`` is null while ``waiting`` answers are read by a trainer."""

    token: str
    quiz: str
    state: str
    percent: float | None
    passed: bool | None
    waiting: int
    ended_by: str | None
    questions: list[ReviewedOut]


class AnswerIn(BaseModel):
    """What the form of one question holds. ``rev`` counts up with every change; without one the newest wins."""

    model_config = ConfigDict(extra="forbid")

    sent: dict[str, list[str]] = Field(max_length=200)
    sure: bool | None = None
    rev: int | None = Field(None, ge=0, le=MAX_REV)


class MarkIn(BaseModel):
    """Whether one wants to come back to the question."""

    model_config = ConfigDict(extra="forbid")

    marked: bool


class SavedOut(BaseModel):
    """``problem`` says why what was sent is kept but no answer yet."""

    rev: int
    answered: bool
    problem: str | None
    seconds_left: int | None


class StaleOut(BaseModel):
    """Another tab or device was first: ``now`` is what stands there, nothing was overwritten."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    now: AskedOut


class LeftIn(BaseModel):
    """How many seconds the window was out of sight."""

    model_config = ConfigDict(extra="forbid")

    seconds: float = Field(ge=0, le=1e9)


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """Under ``/q`` what quizzes there are, under ``/a`` attempts."""
    room = room_of(services)
    _quizzes(api, room)
    _going(api, room)
    _ending(api, room)


def _quizzes(api: ApiBlueprint, room: Room) -> None:
    @api.get("/q", responses={200: QuizzesOut})
    @requires(TAKE)
    def quizzes(query: ListQuery) -> Response:
        """The quizzes there are, with one's own state."""
        practices = room.readable(room.quizzes.practices())
        found, total = room.quizzes.page(drafts=may(AUTHOR), search=query.find.replace("\0", ""), page=query.page, practices=practices)
        out = QuizzesOut(quizzes=_listed(room, found), total=total, page=query.page, pages=-(-total // PAGE_SIZE))
        return jsonify(out.model_dump())

    @api.get("/q/<key>", responses={200: QuizOut})
    @requires(TAKE)
    def one_quiz(path: QuizPath) -> Response:
        """One quiz."""
        return jsonify(_listed(room, [room.quiz(path.key)])[0].model_dump())

    @api.post("/q/<key>/attempts", responses={201: AttemptOut})
    @requires(TAKE, person=True)
    def start_attempt(path: QuizPath, query: LangQuery) -> tuple[Response, int]:  # noqa: ARG001 - described, and read by content_lang
        """Start an attempt, or go on with the one under way."""
        token = room.start(room.quiz(path.key), content_lang())
        return jsonify(_attempt(room, token).model_dump(mode="json")), 201


def _going(api: ApiBlueprint, room: Room) -> None:
    @api.get("/a/<token>", responses={200: AttemptOut})
    @requires(TAKE, person=True)
    def one_attempt(path: AttemptPath, query: LangQuery) -> Response:  # noqa: ARG001 - described, and read by content_lang
        """An attempt of one's own as it stands."""
        return jsonify(_attempt(room, path.token).model_dump(mode="json"))

    @api.put("/a/<token>/answers/<int:position>", responses={200: SavedOut, 409: StaleOut})
    @requires(TAKE, person=True)
    def save_answer(path: AnswerPath, body: AnswerIn) -> tuple[Response, int]:
        """Save one answer. 409 where it was answered elsewhere meanwhile, and once the attempt is paused or over."""
        viewer = current_viewer()
        own = own_of(tidy(body.sent), path.position)
        saved = room.sittings.save(viewer, path.token, path.position, own, sure=body.sure, rev=body.rev)
        if saved.stale:
            return _stale(room, path)
        problem = saved.problem.in_(ui_lang()) if saved.problem else None
        return jsonify(SavedOut(rev=saved.rev, answered=saved.answered, problem=problem, seconds_left=saved.seconds_left).model_dump()), 200

    @api.put("/a/<token>/marks/<int:position>", responses={204: None})
    @requires(TAKE, person=True)
    def mark_question(path: AnswerPath, body: MarkIn) -> tuple[str, int]:
        """Mark a question to come back to, or take the mark away. 409 once the attempt is over."""
        room.sittings.come_back(current_viewer(), path.token, path.position, later=body.marked)
        return "", 204

    @api.post("/a/<token>/pause", responses={200: AttemptOut})
    @requires(TAKE, person=True)
    def pause_attempt(path: AttemptPath) -> Response:
        """Stop the clock. 409 in an exam."""
        room.sittings.pause(current_viewer(), path.token)
        return jsonify(_attempt(room, path.token).model_dump(mode="json"))

    @api.post("/a/<token>/resume", responses={200: AttemptOut})
    @requires(TAKE, person=True)
    def resume_attempt(path: AttemptPath) -> Response:
        """Go on after a pause."""
        room.sittings.resume(current_viewer(), path.token)
        return jsonify(_attempt(room, path.token).model_dump(mode="json"))

    @api.post("/a/<token>/left", responses={204: None})
    @requires(TAKE, person=True)
    def window_left(path: AttemptPath, body: LeftIn) -> tuple[str, int]:
        """The window was out of sight: recorded in an exam only."""
        room.sittings.left(current_viewer(), path.token, body.seconds)
        return "", 204


def _ending(api: ApiBlueprint, room: Room) -> None:
    @api.post("/a/<token>/submit", responses={200: ResultOut})
    @requires(TAKE, person=True)
    def submit_attempt(path: AttemptPath) -> Response:
        """Hand in. However often that is asked, there is one score."""
        room.sittings.submit(current_viewer(), path.token)
        return jsonify(_result(room, path.token).model_dump(mode="json"))

    @api.get("/a/<token>/result", responses={200: ResultOut})
    @requires(TAKE, person=True)
    def attempt_result(path: AttemptPath, query: LangQuery) -> Response:  # noqa: ARG001 - described, and read by content_lang
        """What came of it, as far as the quiz shows it."""
        return jsonify(_result(room, path.token).model_dump(mode="json"))

    @api.post("/a/<token>/again", responses={201: AttemptOut})
    @requires(TAKE, person=True)
    def wrong_ones_again(path: AttemptPath, query: LangQuery) -> tuple[Response, int]:  # noqa: ARG001 - described, and read by content_lang
        """Once more what was not fully right; counts for nothing."""
        token = room.sittings.again(current_viewer(), path.token, content_lang())
        return jsonify(_attempt(room, token).model_dump(mode="json")), 201


def _listed(room: Room, found: list[QuizView]) -> list[QuizOut]:
    now, lang, out = utcnow(), content_lang(), []
    states = standings(room.services.db, current_viewer(), found)
    for quiz in found:
        rule, state = quiz.rule, states[quiz.id]
        closed, counted = quiz.closed(now) or quiz.used_up(len(state.attempts)), state.counted
        out.append(QuizOut(
            key=quiz.key, title=worded(quiz.title, lang), state=quiz.state, practice=quiz.practice, exam=rule.exam, minutes=rule.minutes,
            attempts=rule.attempts, attempts_left=state.left, pass_percent=rule.pass_percent, certainty=rule.certainty, review=rule.review,
            closed=closed.in_(ui_lang()) if closed else None, going=state.going.token if state.going else None,
            percent=counted.percent if counted else None, passed=counted.passed if counted else None,
        ))  # fmt: skip
    return out


def _attempt(room: Room, token: str) -> AttemptOut:
    s = room.sittings.sitting(current_viewer(), token, content_lang())
    return AttemptOut(
        token=s.token, quiz=s.quiz, title=worded(s.title, content_lang()), kind=s.kind, number=s.number, state=s.state, exam=s.rule.exam,
        seconds_left=s.seconds_left, started_at=s.started_at, ended_at=s.ended_at, questions=[_asked(a) for a in s.asked],
    )  # fmt: skip


def _asked(asked: Asked) -> AskedOut:
    return AskedOut(
        position=asked.position, kind=asked.face.kind, stem=asked.face.stem, fields=_fields(asked.face), sent=_sent(asked.sent), sure=asked.sure,
        rev=asked.rev, answered=asked.answered, marked=asked.later, question_id=asked.question_id,
        call=_call(asked.walk, asked.path) if asked.walk else None,
    )  # fmt: skip


def _fields(face: Face) -> list[FieldOut]:
    return [FieldOut(control=f.control, name=f.name, label=f.label, options=list(f.options)) for f in face.fields]


def _sent(sent: Sent) -> dict[str, list[str]]:
    return {name: list(values) for name, values in sent.items()}


def _call(walk: Walk, path: str) -> CallOut:
    """The call without its ending: how it went is told once the attempt is done."""
    lang = content_lang()
    said = [line for scene, choice in walk.steps for line in (("caller", worded(scene.says, lang)), ("you", worded(choice.text, lang)))]
    says: Text | None = getattr(walk.at, "says", None)
    choices: tuple[Any, ...] = getattr(walk.at, "choices", ())
    return CallOut(path=path, said=said + ([("caller", worded(says, lang))] if says else []), choices=[worded(c.text, lang) for c in choices])


def _stale(room: Room, path: AnswerPath) -> tuple[Response, int]:
    sitting = room.sittings.sitting(current_viewer(), path.token, content_lang())
    lang = ui_lang()
    title = Text("别处已经改过", "Answered elsewhere").in_(lang)
    out = StaleOut(
        type="urn:kbplatform:error:stale", title=title, status=409, detail=_STALE.in_(lang), code="stale", now=_asked(sitting.asked[path.position])
    )  # fmt: skip
    response = jsonify(out.model_dump())
    response.content_type = "application/problem+json"
    return response, 409


def _result(room: Room, token: str) -> ResultOut:
    s: Sitting = room.sittings.sitting(current_viewer(), token, content_lang())
    readable = room.readable(sorted({r.slug for r in s.reviewed}))
    return ResultOut(
        token=s.token, quiz=s.quiz, state=s.state, percent=s.percent, passed=s.passed, waiting=s.waiting, ended_by=s.ended_by,
        questions=[_reviewed(r, r.slug in readable) for r in s.reviewed],
    )  # fmt: skip


def _reviewed(r: Reviewed, linked: bool) -> ReviewedOut:
    return ReviewedOut(
        position=r.position, kind=r.face.kind, stem=r.face.stem, sent=_sent(r.sent), sure=r.sure, fraction=r.fraction, waiting=r.waiting,
        feedback=list(r.feedback), solution=list(r.solution), comments=[j.comment for j in r.judgements if j.comment], rubric=list(r.rubric),
        practice=r.slug if linked else "", section=r.section if linked else "",
    )  # fmt: skip
