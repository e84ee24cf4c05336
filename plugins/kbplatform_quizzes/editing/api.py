"""The bank as JSON: a question is written as in ``quiz.yaml``."""

from datetime import datetime
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import (
    ApiBlueprint,
    Conflict,
    FieldError,
    InvalidInput,
    QueryModel,
    Services,
    Text,
    content_lang,
    current_actor,
    requires,
    ui_lang,
)
from kbplatform_quizzes.authoring import create_question, retire, save_question
from kbplatform_quizzes.editing.catalog import PAGE_SIZE, Record, State, Wanted
from kbplatform_quizzes.editing.outline import differences
from kbplatform_quizzes.editing.question_views import url_of
from kbplatform_quizzes.editing.reading import Read, read_json
from kbplatform_quizzes.editing.room import Room, room_of
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.registry import AUTHOR

_UNUSABLE = Text("这道题还不能用", "This question can't be used yet")
_FIXED = Text("编号不能改", "the id never changes")


class QuestionPath(BaseModel):
    """Which question."""

    slug: str = Field(max_length=200)
    key: str = Field(max_length=100)


class BankQuery(QueryModel):
    """Which questions; what is left out asks for nothing."""

    practice: str = Field(default="", max_length=200)
    kind: str = Field(default="", max_length=60)
    tag: str = Field(default="", max_length=200)
    difficulty: int = Field(default=0, ge=0, le=3)
    state: State = "asked"
    q: str = Field(default="", max_length=200, description="Words of the stem or the id.")
    sort: Literal["practice", "newest"] = "practice"
    page: int = Field(default=1, ge=1, le=100_000)


class QuestionOut(BaseModel):
    """A question of the bank with its key. ``version`` goes with every change; ``states`` is all that is true of it."""

    practice: str
    id: str
    version: str
    type: str
    states: list[str]
    flags: int
    since: datetime
    url: str
    question: dict[str, Any] = Field(description="As in quiz.yaml.")


class BankOut(BaseModel):
    """A page of 25, how many there are in all, and how many in each state."""

    total: int
    page: int
    states: dict[str, int]
    questions: list[QuestionOut]


class QuestionIn(BaseModel):
    """A question as in ``quiz.yaml``. ``version`` is the one it is written over."""

    model_config = ConfigDict(extra="forbid")

    question: dict[str, Any]
    version: str = Field(max_length=40)


class NewQuestionIn(BaseModel):
    """A question as in ``quiz.yaml``, and the practice it is about."""

    model_config = ConfigDict(extra="forbid")

    practice: str = Field(max_length=200)
    question: dict[str, Any]


class RetirementIn(BaseModel):
    """Whether the question of this version is retired."""

    model_config = ConfigDict(extra="forbid")

    retired: bool
    version: str = Field(max_length=40)


class ChangeOut(BaseModel):
    """A place that changed; ``lang`` is empty where it has no languages."""

    place: str
    lang: str
    before: str
    after: str


class VersionOut(BaseModel):
    """A text the question had, and what it changed; null for the first. ``by`` is null where it came from a file."""

    version: str
    at: datetime
    by: int | None
    changed: list[ChangeOut] | None
    question: dict[str, Any]


class HistoryOut(BaseModel):
    """Every text, newest first."""

    versions: list[VersionOut]


class ConflictOut(BaseModel):
    """The problem (RFC 9457), and the text that somebody else saved (``current``, with its ``version``)."""

    type: str = "about:blank"
    title: str
    status: int = 409
    code: str
    detail: str
    current: QuestionOut


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/questions`` and what is under it."""
    room = room_of(services)

    @api.get("/questions", responses={200: BankOut})
    @requires(AUTHOR)
    def questions(query: BankQuery) -> Response:
        """The questions of the bank, with keys."""
        return jsonify(_listed(room, query).model_dump(mode="json"))

    @api.post("/questions", responses={201: QuestionOut})
    @requires(AUTHOR)
    def create(body: NewQuestionIn) -> tuple[Response, int]:
        """A new question."""
        room.shelf(body.practice, content_lang())
        question = _usable(read_json(body.question, room.types))
        with room.db.write() as session:
            create_question(session, body.practice, question, current_actor())
        return jsonify(_out(room.catalog.get(body.practice, question.id)).model_dump(mode="json")), 201

    @api.get("/questions/<slug>/<key>", responses={200: QuestionOut})
    @requires(AUTHOR)
    def one(path: QuestionPath) -> Response:
        """One question, with its key."""
        return jsonify(_out(_record(room, path)).model_dump(mode="json"))

    @api.put("/questions/<slug>/<key>", responses={200: QuestionOut, 409: ConflictOut})
    @requires(AUTHOR)
    def change(path: QuestionPath, body: QuestionIn) -> Response:
        """Change a question. A ``version`` that is no longer the present one is refused (409) with the present text."""
        _record(room, path)
        question = _usable(read_json(body.question, room.types))
        if question.id != path.key:
            raise InvalidInput(_FIXED, fields=(FieldError("question.id", _FIXED),))
        try:
            with room.db.write() as session:
                save_question(session, path.slug, question, body.version, current_actor())
        except Conflict as error:
            return _conflict(room, path, error)
        return jsonify(_out(_record(room, path)).model_dump(mode="json"))

    @api.put("/questions/<slug>/<key>/retirement", responses={200: QuestionOut, 409: ConflictOut})
    @requires(AUTHOR)
    def retirement(path: QuestionPath, body: RetirementIn) -> Response:
        """Ask it no more, or again."""
        _record(room, path)
        try:
            with room.db.write() as session:
                retire(session, path.slug, path.key, body.version, current_actor(), retired=body.retired)
        except Conflict as error:
            return _conflict(room, path, error)
        return jsonify(_out(_record(room, path)).model_dump(mode="json"))

    @api.get("/questions/<slug>/<key>/history", responses={200: HistoryOut})
    @requires(AUTHOR)
    def history(path: QuestionPath) -> Response:
        """Every text it had, with what each changed."""
        return jsonify(_history(room, path).model_dump(mode="json"))


def _record(room: Room, path: QuestionPath) -> Record:
    return room.record(path.slug, path.key, content_lang())[0]


def _listed(room: Room, query: BankQuery) -> BankOut:
    known = tuple(room.shelves(content_lang()))
    practices = tuple(s for s in known if s == query.practice) if query.practice else known
    found = room.catalog.find(Wanted(practices, query.kind, query.tag, query.difficulty, query.state, query.q, query.sort == "newest"))
    first = (query.page - 1) * PAGE_SIZE
    shown = [_out(record) for record in found.records[first : first + PAGE_SIZE]]
    return BankOut(total=len(found.records), page=query.page, states=dict(found.states), questions=shown)


def _usable(read: Read) -> Question:
    """The question. Raises InvalidInput that names what is wrong, by its place."""
    if read.question is None:
        fields = tuple(FieldError(f"question.{p.field}" if p.field else "question", p.message) for p in read.problems)
        raise InvalidInput(_UNUSABLE, fields=fields)
    return read.question


def _out(record: Record) -> QuestionOut:
    return QuestionOut(
        practice=record.slug, id=record.key, version=record.version, type=record.question.body.kind, states=sorted(record.states - {"all"}),
        flags=record.flags, since=record.since, url=url_of(record.slug, record.key), question=record.question.written(),
    )  # fmt: skip


def _conflict(room: Room, path: QuestionPath, error: Conflict) -> Response:
    lang = ui_lang()
    out = ConflictOut(title=error.title.in_(lang), code=error.code, detail=error.message.in_(lang), current=_out(_record(room, path)))
    response = jsonify(out.model_dump(mode="json"))
    response.status_code, response.content_type = 409, "application/problem+json"
    return response


def _history(room: Room, path: QuestionPath) -> HistoryOut:
    lang, versions = ui_lang(), room.catalog.versions(_record(room, path))
    out = []
    for version, older in zip(versions, [*versions[1:], None], strict=True):
        changed = None
        if older is not None:
            found = differences(older.question, version.question)
            changed = [ChangeOut(place=d.label.in_(lang), lang=d.lang, before=d.before, after=d.after) for d in found]
        out.append(VersionOut(version=version.version, at=version.at, by=version.by, changed=changed, question=version.question.written()))
    return HistoryOut(versions=out)
