"""JSON of the trainer's day: assignments, what one has to do, who knows what, flags."""

from datetime import date, datetime
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, current_actor, current_viewer, requires, ui_lang
from kbplatform_quizzes.registry import ASSIGN, RESULTS, TAKE
from kbplatform_quizzes.training.assignments import MAX_NOTE, MAX_TARGETS, PAGE_SIZE, Assigned, Assignments, Standing, Wanted
from kbplatform_quizzes.training.flags import flag
from kbplatform_quizzes.training.matrix import Asked, Matrix, Row, Sort, Training
from kbplatform_quizzes.training.progress import State


class AssignmentPath(BaseModel):
    """Which assignment."""

    number: int = Field(ge=1, lt=2**31)


class PageQuery(QueryModel):
    """Which page, from 1."""

    page: int = Field(1, ge=1, le=10_000)


class AssignIn(BaseModel):
    """A quiz by key or an article by slug, for teams by key and people by number."""

    model_config = ConfigDict(extra="forbid")

    quiz: str = Field("", max_length=80)
    article: str = Field("", max_length=80)
    teams: list[str] = Field(default_factory=list, max_length=MAX_TARGETS)
    people: list[int] = Field(default_factory=list, max_length=MAX_TARGETS)
    due_on: date | None = None
    note: str = Field("", max_length=MAX_NOTE)


class AssignedOut(BaseModel):
    """An assignment. ``key`` and ``title`` are empty where the reader may not read what it is about."""

    id: int
    kind: Literal["quiz", "article"]
    key: str
    title: str
    to: str
    due_on: date | None
    note: str
    people: list[dict[str, Any]] = Field(description="id, name, standing (overdue, due, again, done) and percent of each.")


class AssignmentsOut(BaseModel):
    """One page of assignments to one's people, the next due first."""

    assignments: list[AssignedOut]
    total: int


class NumbersOut(BaseModel):
    """The numbers of what was made."""

    ids: list[int]


class TaskOut(BaseModel):
    """Something one has to do."""

    id: int
    kind: Literal["quiz", "article"]
    key: str
    title: str
    due_on: date | None
    note: str
    standing: Standing


class TasksOut(BaseModel):
    """What one has to do, the most urgent first."""

    tasks: list[TaskOut]


class MatrixQuery(PageQuery):
    """What to see of the matrix. Empty ones restrict nothing."""

    team: str = Field("", max_length=60)
    group: str = Field("", max_length=60)
    state: State | Literal[""] = ""
    sort: Sort = "need"


class FieldOut(BaseModel):
    """Where a person and a practice meet."""

    practice: str
    state: State
    percent: float | None
    passed_at: datetime | None


class RowOut(BaseModel):
    """A person."""

    id: int
    name: str
    teams: list[str]
    practices: list[FieldOut]


class MatrixOut(BaseModel):
    """One page of people, 25 at most. ``changed`` says when each practice last changed in meaning."""

    people: int
    changed: dict[str, datetime | None]
    rows: list[RowOut]


class FlagIn(BaseModel):
    """A question by its number in the bank, and what is the matter with it."""

    model_config = ConfigDict(extra="forbid")

    question: int = Field(ge=1, lt=2**31)
    note: str = Field("", max_length=4 * MAX_NOTE)


class FlagOut(BaseModel):
    """The flag's number."""

    id: int


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/assignments``, ``/tasks``, ``/matrix``, ``/flags``."""
    assignments, training = Assignments(services), Training(services.db)

    @api.get("/assignments", responses={200: AssignmentsOut})
    @requires(ASSIGN)
    def api_assignments(query: PageQuery) -> Response:
        """The assignments one gave or may see, newest first."""
        found, total = assignments.page(current_viewer(), query.page)
        return jsonify({"assignments": [_assigned(a) for a in found], "total": total, "page_size": PAGE_SIZE})

    @api.post("/assignments", responses={201: NumbersOut})
    @requires(ASSIGN)
    def api_assign(body: AssignIn) -> tuple[Response, int]:
        """Assign. What is assigned to the same people again takes the new day and note."""
        wanted = Wanted(body.quiz, body.article, tuple(body.teams), tuple(body.people), body.due_on, body.note)
        return jsonify({"ids": assignments.assign(current_viewer(), current_actor(), wanted)}), 201

    @api.delete("/assignments/<int:number>", responses={204: None})
    @requires(ASSIGN)
    def api_withdraw(path: AssignmentPath) -> tuple[str, int]:
        """Withdraw an assignment. What was done stays."""
        assignments.withdraw(current_viewer(), current_actor(), path.number)
        return "", 204

    @api.get("/tasks", responses={200: TasksOut})
    @requires(TAKE)
    def api_tasks() -> Response:
        """What one was asked to learn, most pressing first."""
        lang = ui_lang()
        tasks = assignments.to_do(current_viewer())
        out = [TaskOut(id=t.id, kind=t.kind, key=t.key, title=t.title.in_(lang), due_on=t.due_on, note=t.note, standing=t.standing) for t in tasks]
        return jsonify({"tasks": [t.model_dump(mode="json") for t in out]})

    @api.get("/matrix", responses={200: MatrixOut})
    @requires(RESULTS)
    def api_matrix(query: MatrixQuery) -> Response:
        """Who knows what, among one's people."""
        found = training.matrix(current_viewer(), ui_lang(), Asked(query.team, query.group, query.state, query.sort, query.page))
        return jsonify(matrix_as_json(found))

    @api.post("/flags", responses={201: FlagOut})
    @requires(TAKE)
    def api_flag(body: FlagIn) -> tuple[Response, int]:
        """Say that a question should be looked at. Customers' numbers are taken out of the note."""
        return jsonify({"id": flag(services, current_viewer(), body.question, body.note)}), 201


def _assigned(a: Assigned) -> dict[str, Any]:
    people = [{"id": p.id, "name": p.name, "standing": p.standing, "percent": p.percent} for p in a.people]
    out = AssignedOut(id=a.id, kind=a.kind, key=a.key, title=a.title.in_(ui_lang()), to=a.to, due_on=a.due_on, note=a.note, people=people)
    return out.model_dump(mode="json")


def matrix_as_json(found: Matrix) -> dict[str, Any]:
    """The rows of a matrix as :class:`MatrixOut`."""
    changed = {p.card.slug: p.changed_at for p in found.practices}
    return MatrixOut(people=found.people, changed=changed, rows=[_row(row, list(changed)) for row in found.rows]).model_dump(mode="json")


def _row(row: Row, slugs: list[str]) -> RowOut:
    pairs = zip(slugs, row.fields, strict=True)
    fields = [FieldOut(practice=slug, state=f.state, percent=f.percent, passed_at=f.passed_at) for slug, f in pairs]
    return RowOut(id=row.member.id, name=row.member.name, teams=sorted(row.member.teams), practices=fields)
