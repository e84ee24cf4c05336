"""Pages of those who make quizzes: all of them, one's form, and more time for who needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request
from sqlalchemy import delete, select

from kbplatform.sdk import (
    ArticleService,
    Conflict,
    FieldError,
    InvalidInput,
    Text,
    content_lang,
    current_actor,
    current_viewer,
    problems_of,
    record_audit,
    requires,
    say,
    ui_lang,
    utcnow,
)
from kbplatform_quizzes.attempts.people import people_of
from kbplatform_quizzes.attempts.quiz_form import QuizForm, zone
from kbplatform_quizzes.attempts.quizzes import PAGE_SIZE, STATES
from kbplatform_quizzes.attempts.rules import MAX_POOLS
from kbplatform_quizzes.models import Allowance
from kbplatform_quizzes.registry import AUTHOR, MARK, bank_of, quizzes_of, types_of

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services, Viewer

MANAGE = "/p/quizzes/manage"
TIME = "/p/quizzes/time"
MAX_MORE = 300
"""Percent of more time at most."""
_OVER = Text(
    "别人刚改过这份测验。您填的都还在：再存一次，就以您的为准。",
    "Somebody else has just changed this quiz. What you filled in is still here: save again to let it stand.",
)


def add_pages(web: Blueprint, services: Services) -> None:
    """``/manage`` with ``/manage/new`` and ``/manage/<key>``, and ``/time``."""
    quizzes = quizzes_of(services)

    @web.get("/manage")
    @requires(AUTHOR)
    def manage() -> ResponseReturnValue:
        page, search = max(1, request.args.get("page", 1, type=int)), request.args.get("search", "")[:60]
        found, total = quizzes.page(drafts=True, search=search, page=page)
        return render_template("quizzes/trainer/manage.html", quizzes=found, total=total, page=page, pages=-(-total // PAGE_SIZE), search=search)

    @web.route("/manage/new", methods=["GET", "POST"])
    @requires(AUTHOR)
    def new_quiz() -> ResponseReturnValue:
        return _new(services)

    @web.route("/manage/<key>", methods=["GET", "POST"])
    @requires(AUTHOR)
    def change_quiz(key: str) -> ResponseReturnValue:
        return _change(services, key)

    @web.route("/time", methods=["GET", "POST"])
    @requires(MARK)
    def more_time() -> ResponseReturnValue:
        return _time(services)


def _new(services: Services) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(services, QuizForm.empty(), {})
    form, problems = QuizForm.typed(request.form), dict[str, str]()
    if "more" not in request.form:
        try:
            made = quizzes_of(services).create(form.wanted(), current_actor())
        except InvalidInput as error:
            problems = problems_of(error)
        else:
            say(Text("测验建好了", "The quiz is there"))
            return redirect(f"/p/quizzes/q/{made.key}", 303)
    return _form(services, form, problems)


def _change(services: Services, key: str) -> ResponseReturnValue:
    quizzes = quizzes_of(services)
    quiz = quizzes.get(key, drafts=True)
    if request.method == "GET":
        return _form(services, QuizForm.of(quiz), {}, key, quiz.revision)
    form, problems = QuizForm.typed(request.form), dict[str, str]()
    revision = request.form.get("revision", 0, type=int)
    if "more" not in request.form:
        try:
            quizzes.change(form.wanted(key), revision, current_actor())
        except InvalidInput as error:
            problems = problems_of(error)
        except Conflict:
            problems, revision = {"": _OVER.in_(ui_lang())}, quizzes.get(key, drafts=True).revision
            return _form(services, form, problems, key, revision)[0], 409
        else:
            say(Text("已保存；进行中的作答仍按开始时的规则", "Saved; attempts under way keep the rule they began with"))
            return redirect(f"/p/quizzes/q/{key}", 303)
    return _form(services, form, problems, key, revision)


def _time(services: Services) -> ResponseReturnValue:
    viewer, problems = current_viewer(), dict[str, str]()
    if request.method == "POST":
        try:
            _allow(services, viewer, request.form.get("person", 0, type=int), request.form.get("percent", -1, type=int))
        except InvalidInput as error:
            problems = problems_of(error)
        else:
            say(Text("已保存，从下一次开始的作答算起", "Saved; it counts for attempts started from now on"))
            return redirect(TIME, 303)
    with services.db.read() as session:
        people = people_of(session, viewer)
        given = {a.user_id: a.percent for a in session.scalars(select(Allowance).where(Allowance.user_id.in_([p.id for p in people])))}
    context = {"people": people, "given": given, "problems": problems, "form": request.form}
    return render_template("quizzes/trainer/time.html", **context), 422 if problems else 200


def _form(services: Services, form: QuizForm, problems: dict[str, str], key: str = "", revision: int = 1) -> tuple[str, int]:
    """The form of a quiz; of a new one without ``key``."""
    lang = content_lang()
    cards = ArticleService(services.db).cards(bank_of(services).counts(), lang, current_viewer())
    practices = [(card.slug, card.title) for card in sorted(cards, key=lambda card: (card.number is None, card.number or 0))]
    pools = [*form.pools, {}] if "more" in request.form and len(form.pools) < MAX_POOLS else list(form.pools)
    context = {"form": form.values, "pools": pools, "shown": form.shown, "problems": problems, "practices": practices, "states": STATES}
    kinds = [(t.name, t.label) for t in types_of(services)]
    page = render_template("quizzes/trainer/quiz_form.html", kinds=kinds, new=not key, key=key, revision=revision, zone=zone(), **context)
    return page, 422 if problems else 200


def _allow(services: Services, viewer: Viewer, person: int, percent: int) -> None:
    """Give a person more time, or with 0 take it back. Raises InvalidInput."""
    with services.db.write() as session:
        problems = []
        if person not in {p.id for p in people_of(session, viewer)}:
            problems.append(FieldError("person", Text("选自己团队的人", "choose somebody of your teams")))
        if not 0 <= percent <= MAX_MORE:
            problems.append(FieldError("percent", Text(f"写 0 到 {MAX_MORE}", f"write 0 to {MAX_MORE}")))
        if problems:
            raise InvalidInput(Text("这样存不了", "This can't be saved"), fields=tuple(problems))
        session.execute(delete(Allowance).where(Allowance.user_id == person))
        if percent:
            session.add(Allowance(user_id=person, percent=percent, by=viewer.id, at=utcnow()))
        record_audit(session, current_actor(), "quizzes.more_time", "user", person, percent=percent)
