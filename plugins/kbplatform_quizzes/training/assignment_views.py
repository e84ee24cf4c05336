"""Pages of assignments: the list with how far people are, assigning, one assignment; saying that one read an article; flagging a question."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import (
    ArticleService,
    FieldError,
    InvalidInput,
    Text,
    current_actor,
    current_viewer,
    local_path,
    problems_of,
    requires,
    say,
    ui_lang,
)
from kbplatform_quizzes.attempts.people import circle_of
from kbplatform_quizzes.registry import ASSIGN, TAKE, quizzes_of
from kbplatform_quizzes.training.assignments import MAX_NOTE, PAGE_SIZE, Assignments, Wanted
from kbplatform_quizzes.training.flags import flag

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

LIST = "/p/quizzes/assignments"
MAX_CHOICES = 100
MAX_PEOPLE = 60
"""People shown to choose from at once; a team or a part of the name narrows them down."""
MAX_PAGE = 10_000


def add_pages(web: Blueprint, services: Services) -> None:
    """``/assignments``, ``/assignments/new``, ``/assignments/<id>``, ``/read/<slug>``, ``/flag``."""
    assignments = Assignments(services)

    @web.get("/assignments")
    @requires(ASSIGN)
    def assignments_list() -> ResponseReturnValue:
        page = page_number()
        found, total = assignments.page(current_viewer(), page)
        return render_template("quizzes/training/assignments.html", found=found, page=page, pages=-(-total // PAGE_SIZE))

    @web.route("/assignments/new", methods=["GET", "POST"])
    @requires(ASSIGN)
    def assignments_new() -> ResponseReturnValue:
        return _new(services, assignments)

    @web.get("/assignments/<int:number>")
    @requires(ASSIGN)
    def assignment(number: int) -> ResponseReturnValue:
        return render_template("quizzes/training/assignment.html", a=assignments.get(current_viewer(), number))

    @web.post("/assignments/<int:number>")
    @requires(ASSIGN)
    def assignment_withdraw(number: int) -> ResponseReturnValue:
        assignments.withdraw(current_viewer(), current_actor(), number)
        say(Text("已撤回。做过的记录还在。", "Withdrawn. What was done stays."))
        return redirect(LIST, 303)

    @web.post("/read/<slug>")
    @requires(TAKE, person=True)
    def read(slug: str) -> ResponseReturnValue:
        assignments.read(current_viewer(), slug)
        say(Text("记下了：您读过这篇。", "Noted: you have read this."))
        return redirect(local_path(request.form.get("next", "")), 303)

    @web.post("/flag")
    @requires(TAKE, person=True)
    def flag_question() -> ResponseReturnValue:
        number = request.form.get("question", "")
        flag(services, current_viewer(), int(number) if number.isdecimal() and len(number) < 10 else 0, request.form.get("note", ""))
        say(Text("谢谢，出题的人会看。", "Thank you. Whoever writes questions will look at it."))
        return redirect(local_path(request.form.get("next", "")), 303)


def page_number(name: str = "page") -> int:
    """The page of the address, from 1."""
    raw = request.args.get(name, "1")
    return min(max(int(raw), 1), MAX_PAGE) if raw.isascii() and raw.isdecimal() and len(raw) < 7 else 1


def _new(services: Services, assignments: Assignments) -> ResponseReturnValue:
    viewer, problems = current_viewer(), {}
    if request.method == "POST":
        try:
            made = assignments.assign(viewer, current_actor(), _wanted())
        except InvalidInput as error:
            problems = problems_of(error)
        else:
            say(Text(f"布置好了（{len(made)} 项）。", f"Assigned ({len(made)})."))
            return redirect(LIST, 303)
    asked = {name: request.values.get(name, "")[:100] for name in ("team", "who")}
    with services.db.read() as session:
        circle = circle_of(session, viewer)
    chosen = set(request.form.getlist("person"))
    fitting = [m for m in circle.of_team(asked["team"]) if asked["who"].casefold() in m.name.casefold()]
    people = [m for m in circle.members if str(m.id) in chosen] + [m for m in fitting if str(m.id) not in chosen]
    articles, _ = ArticleService(services.db).listing("practice", ui_lang(), viewer, limit=MAX_CHOICES)
    quizzes, _ = quizzes_of(services).page(size=MAX_CHOICES)
    readable = {a.slug for a in articles}
    return render_template(
        "quizzes/training/assign.html", problems=problems, circle=circle, people=people[:MAX_PEOPLE], left=len(people[MAX_PEOPLE:]), asked=asked,
        quizzes=[q for q in quizzes if q.state == "open" and {*q.rule.practices} <= readable], articles=articles, chosen=chosen,
        what=request.values.get("what", ""), teams=set(request.form.getlist("to_team")), max_note=MAX_NOTE,
    ), 422 if problems else 200  # fmt: skip


def _wanted() -> Wanted:
    form = request.form
    kind, _, key = form.get("what", "")[:120].partition(":")
    people = tuple(int(p) for p in form.getlist("person") if p.isdecimal() and len(p) < 10)
    return Wanted(
        quiz=key if kind == "quiz" else "",
        article=key if kind == "article" else "",
        teams=tuple(form.getlist("to_team")),
        people=people,
        due_on=read_day(form.get("due", "")),
        note=form.get("note", "")[: 4 * MAX_NOTE],
    )


def read_day(text: str) -> date | None:
    """A day as 2026-12-01; None where nothing is written. Raises InvalidInput that names ``due``."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()[:40])
    except ValueError as error:
        how = Text("日期写成 2026-12-01", "Write a day as 2026-12-01")
        raise InvalidInput(how, fields=(FieldError("due", how),)) from error
