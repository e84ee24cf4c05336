"""Making quizzes through the API: the same service, rules and permission as the pages of those who make them."""

# Annotations are read by flask-openapi3 when a route is made: no `from __future__ import annotations` here.

from datetime import datetime
from typing import Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, FieldError, InvalidInput, QueryModel, Services, Text, current_actor, requires
from kbplatform_quizzes.attempts.quizzes import MAX_TITLE, PAGE_SIZE, QuizView, Wanted
from kbplatform_quizzes.attempts.rules import MAX_ATTEMPTS, MAX_DRAWN, MAX_MARKERS, MAX_MINUTES, MAX_POOLS, SHOWN, Counts, Review, Rule, Shown
from kbplatform_quizzes.attempts.views import Room, room_of
from kbplatform_quizzes.registry import AUTHOR

State = Literal["draft", "open", "closed"]


class ManagedPath(BaseModel):
    """Which quiz."""

    key: str = Field(max_length=80)


class ManagedQuery(QueryModel):
    """Which page, and what the title or the key contains."""

    page: int = Field(1, ge=1, le=10_000)
    find: str = Field("", max_length=60)


class PoolBody(BaseModel):
    """Questions to draw from. Empty lists restrict nothing; ``count`` 0 takes all. ``keys`` (``practice/id``) names single ones."""

    model_config = ConfigDict(extra="forbid")

    practices: list[str] = Field(default_factory=list, max_length=500)
    kinds: list[str] = Field(default_factory=list, max_length=500)
    tags: list[str] = Field(default_factory=list, max_length=500)
    difficulty: list[int] = Field(default_factory=list, max_length=3)
    keys: list[str] = Field(default_factory=list, max_length=500)
    count: int = Field(0, ge=0, le=MAX_DRAWN)


class RuleBody(BaseModel):
    """The rule of a quiz. ``minutes`` and ``attempts`` 0 mean no limit; ``grace`` is in seconds; times without a zone are UTC."""

    model_config = ConfigDict(extra="forbid")

    pools: list[PoolBody] = Field(min_length=1, max_length=MAX_POOLS)
    shuffled: bool = True
    minutes: int = Field(0, ge=0, le=MAX_MINUTES)
    grace: int = Field(30, ge=0, le=600)
    attempts: int = Field(0, ge=0, le=MAX_ATTEMPTS)
    counts: Counts = "best"
    pass_percent: float = Field(80, ge=0, le=100)
    exam: bool = False
    review: Review = "end"
    shown: list[Shown] = Field(default_factory=lambda: list(SHOWN), max_length=len(SHOWN))
    certainty: bool = True
    markers: int = Field(1, ge=1, le=MAX_MARKERS)
    opens_at: datetime | None = None
    closes_at: datetime | None = None


class QuizBody(BaseModel):
    """A quiz. ``practice`` is the slug of the practice that passing it proves; a title in one language stands for both."""

    model_config = ConfigDict(extra="forbid")

    zh: str = Field("", max_length=MAX_TITLE)
    en: str = Field("", max_length=MAX_TITLE)
    state: State = "draft"
    practice: str | None = Field(None, max_length=80)
    rule: RuleBody


class NewQuizBody(QuizBody):
    """A quiz with the key that stands in its address and never changes."""

    key: str = Field(max_length=80)


class ChangedQuizBody(QuizBody):
    """A quiz as it is to be; ``revision`` is the one it was read at."""

    revision: int = Field(ge=1, lt=2**31)


class StateBody(BaseModel):
    """Open a quiz, close it, or make it a draft again; ``revision`` is the one it was read at."""

    model_config = ConfigDict(extra="forbid")

    state: State
    revision: int = Field(ge=1, lt=2**31)


class ManagedOut(BaseModel):
    """A quiz with its rule. ``own`` is false for the quiz that a practice has by itself, while nobody changed it."""

    key: str
    zh: str
    en: str
    state: State
    practice: str | None
    own: bool
    revision: int
    rule: RuleBody


class ManagedPageOut(BaseModel):
    """A page of quizzes, those people made first."""

    quizzes: list[ManagedOut]
    total: int
    page: int
    pages: int


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/quizzes`` and ``/quizzes/<key>`` with its ``state``."""
    room = room_of(services)

    @api.get("/quizzes", responses={200: ManagedPageOut})
    @requires(AUTHOR)
    def managed_quizzes(query: ManagedQuery) -> Response:
        """The quizzes with their rules, drafts too, for those who make them."""
        practices = room.readable(room.quizzes.practices())
        found, total = room.quizzes.page(drafts=True, search=query.find.replace("\0", ""), page=query.page, practices=practices)
        out = ManagedPageOut(quizzes=[_out(q) for q in found], total=total, page=query.page, pages=-(-total // PAGE_SIZE))
        return jsonify(out.model_dump(mode="json"))

    @api.post("/quizzes", responses={201: ManagedOut})
    @requires(AUTHOR)
    def create_quiz(body: NewQuizBody) -> tuple[Response, int]:
        """Make a quiz. 422 where its key is taken or its rule can't be used."""
        made = room.quizzes.create(_wanted(room, body, body.key), current_actor())
        return jsonify(_out(made).model_dump(mode="json")), 201

    @api.get("/quizzes/<key>", responses={200: ManagedOut})
    @requires(AUTHOR)
    def managed_quiz(path: ManagedPath) -> Response:
        """One quiz with its rule."""
        return jsonify(_out(room.quiz(path.key)).model_dump(mode="json"))

    @api.put("/quizzes/<key>", responses={200: ManagedOut})
    @requires(AUTHOR)
    def change_quiz(path: ManagedPath, body: ChangedQuizBody) -> Response:
        """Change a quiz; attempts under way keep the rule they began with. 409 where somebody else changed it meanwhile."""
        room.quiz(path.key)
        done = room.quizzes.change(_wanted(room, body, path.key), body.revision, current_actor())
        return jsonify(_out(done).model_dump(mode="json"))

    @api.put("/quizzes/<key>/state", responses={200: ManagedOut})
    @requires(AUTHOR)
    def change_state(path: ManagedPath, body: StateBody) -> Response:
        """Open or close a quiz and leave the rest as it is. 409 where somebody else changed it meanwhile."""
        quiz = room.quiz(path.key)
        wanted = Wanted(quiz.key, quiz.title, body.state, quiz.rule, quiz.practice)
        return jsonify(_out(room.quizzes.change(wanted, body.revision, current_actor())).model_dump(mode="json"))


def _wanted(room: Room, body: QuizBody, key: str) -> Wanted:
    """What was sent, read as the form's fields are. Raises InvalidInput that names each field that can't be used."""
    if body.practice and not room.readable([body.practice]):
        none = Text("没有这条实践", "there is no such practice")
        raise InvalidInput(none, fields=(FieldError("practice", none),))
    data = body.rule.model_dump(mode="json")
    try:
        rule = Rule.read(data)
    except InvalidInput as error:
        raise InvalidInput(error.message, fields=tuple(FieldError(f"rule.{f.field}", f.message) for f in error.fields)) from error
    return Wanted(key, Text(body.zh.strip(), body.en.strip()), body.state, rule, body.practice or None)


def _out(quiz: QuizView) -> ManagedOut:
    rule = RuleBody.model_validate(quiz.rule.written())
    return ManagedOut.model_validate(
        {"key": quiz.key, "zh": quiz.title.zh, "en": quiz.title.en, "state": quiz.state, "practice": quiz.practice}
        | {"own": quiz.own, "revision": quiz.revision, "rule": rule}
    )
