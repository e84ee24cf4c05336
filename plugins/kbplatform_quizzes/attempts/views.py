"""Pages of taking a quiz: which there are, what one is, the attempt itself, and what came of it. All of them work without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import redirect, render_template, request

from kbplatform.sdk import (
    ArticleService,
    Conflict,
    KbError,
    Lang,
    NotFound,
    Services,
    Text,
    article_url,
    content_lang,
    current_viewer,
    may,
    requires,
    say,
    ui_lang,
    utcnow,
)
from kbplatform_quizzes.attempts.forms import PER_PAGE, Kept, keep_page, own_of, tidy
from kbplatform_quizzes.attempts.mine import SHOWN, Standing, standings
from kbplatform_quizzes.attempts.quizzes import PAGE_SIZE
from kbplatform_quizzes.attempts.shown import name_of
from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.kinds import UNMARKED, UNPRACTISED
from kbplatform_quizzes.practice import EXAM, turning_step
from kbplatform_quizzes.registry import AUTHOR, TAKE, bank_of, quizzes_of, sittings_of
from kbplatform_quizzes.training.assignments import Assignments

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform_quizzes.attempts.quizzes import QuizView, Quizzes
    from kbplatform_quizzes.attempts.shown import Asked, Sitting
    from kbplatform_quizzes.attempts.sittings import Sittings

MAX_PAGE = 10_000
SELF_MARKED = frozenset({"essay", "scenario", *UNMARKED})
"""Kinds whose taker isn't asked how sure they are."""


@dataclass(frozen=True, slots=True)
class Room:
    """What these pages work with."""

    services: Services
    quizzes: Quizzes
    sittings: Sittings
    articles: ArticleService

    def readable(self, slugs: list[str]) -> set[str]:
        """Which of these articles whoever is asking may read."""
        return {card.slug for card in self.articles.cards(slugs, content_lang(), current_viewer())} if slugs else set()

    def quiz(self, key: str) -> QuizView:
        """A quiz that whoever is asking may know of; raises NotFound, so that a title tells nothing of an article one may not read."""
        quiz = self.quizzes.get(key, drafts=may(AUTHOR))
        if quiz.practice and not self.readable([quiz.practice]):
            raise NotFound(Text("没有这份测验", "There is no such quiz"))
        return quiz

    def start(self, quiz: QuizView, lang: Lang) -> str:
        """The token of an attempt. Who writes quizzes may try one that isn't open yet."""
        return self.sittings.start(current_viewer(), quiz, lang, self.readable, tried=quiz.state == "draft" and may(AUTHOR))


def room_of(services: Services) -> Room:
    """The room of this platform."""
    return services.once(_room)


def _room(services: Services) -> Room:
    return Room(services, quizzes_of(services), sittings_of(services), ArticleService(services.db))


def add_pages(web: Blueprint, services: Services) -> None:
    """``/``, ``/q/<key>``, and ``/a/<token>`` with what belongs to it."""
    room = room_of(services)
    _to_choose(web, room)
    _under_way(web, room)
    _afterwards(web, room)


def _to_choose(web: Blueprint, room: Room) -> None:
    @web.get("/")
    @requires(TAKE)
    def index() -> ResponseReturnValue:
        return _index(room)

    @web.get("/q/<key>")
    @requires(TAKE)
    def quiz(key: str) -> ResponseReturnValue:
        return _quiz(room, room.quiz(key))

    @web.post("/q/<key>")
    @requires(TAKE, person=True)
    def start(key: str) -> ResponseReturnValue:
        wanted = room.quiz(key)
        try:
            return _to(room.start(wanted, content_lang()))
        except Conflict as error:
            return _quiz(room, wanted, error)


def _under_way(web: Blueprint, room: Room) -> None:
    @web.get("/a/<token>")
    @requires(TAKE, person=True)
    def attempt(token: str) -> ResponseReturnValue:
        sitting = room.sittings.sitting(current_viewer(), token, content_lang())
        return _to(token, "/result") if sitting.state == "done" else _attempt(sitting, _page(sitting))

    @web.post("/a/<token>")
    @requires(TAKE, person=True)
    def answers(token: str) -> ResponseReturnValue:
        return _answers(room, token)

    @web.post("/a/<token>/<any(pause, resume):what>")
    @requires(TAKE, person=True)
    def hold(token: str, what: str) -> ResponseReturnValue:
        (room.sittings.pause if what == "pause" else room.sittings.resume)(current_viewer(), token)
        return _to(token, page=_asked_page())

    @web.route("/a/<token>/submit", methods=["GET", "POST"])
    @requires(TAKE, person=True)
    def submit(token: str) -> ResponseReturnValue:
        if request.method == "POST":
            room.sittings.submit(current_viewer(), token)
            return _to(token, "/result")
        sitting = room.sittings.sitting(current_viewer(), token, content_lang())
        if sitting.state != "going":
            return _to(token)
        missing, later = [a for a in sitting.asked if not answered(a)], [a for a in sitting.asked if a.later]
        return render_template("quizzes/attempts/submit.html", sitting=sitting, missing=missing, later=later, per_page=PER_PAGE)


def _afterwards(web: Blueprint, room: Room) -> None:
    @web.get("/a/<token>/result")
    @requires(TAKE, person=True)
    def result(token: str) -> ResponseReturnValue:
        return _result(room, token)

    @web.post("/a/<token>/again")
    @requires(TAKE, person=True)
    def again(token: str) -> ResponseReturnValue:
        return _to(room.sittings.again(current_viewer(), token, content_lang()))


def _to(token: str, what: str = "", **query: object) -> ResponseReturnValue:
    """On to a page of the attempt, in the language it is read in."""
    asked = {"lang": request.args["lang"]} if "lang" in request.args else {}
    mark = query.pop("mark", "")
    address = urlencode(query | asked)
    return redirect(f"/p/quizzes/a/{token}{what}{f'?{address}' if address else ''}{f'#{mark}' if mark else ''}", 303)


def _asked_page() -> int:
    wanted = request.values.get("page", "")
    return min(int(wanted), MAX_PAGE) if wanted.isdecimal() and len(wanted) < 9 and int(wanted) else 1


def answered(asked: Asked) -> bool:
    """Whether nothing is left to do at a question: what asks nothing is done."""
    return asked.answered or not (asked.face.fields or asked.walk)


def _index(room: Room) -> str:
    viewer, lang, page = current_viewer(), content_lang(), _asked_page()
    search = request.args.get("find", "")[:60].replace("\0", "")
    found, total = room.quizzes.page(drafts=may(AUTHOR), search=search, page=page, practices=room.readable(room.quizzes.practices()))
    counts = bank_of(room.services).counts()
    cards = sorted(room.articles.cards(counts, lang, viewer), key=lambda card: card.number or 0)
    return render_template(
        "quizzes/index.html", quizzes=found, standings=standings(room.services.db, viewer, found), total=total, page=page,
        pages=-(-total // PAGE_SIZE), search=search, articles=cards, counts=counts, worded=worded, now=utcnow(),
        tasks=Assignments(room.services).to_do(viewer),
    )  # fmt: skip


def _quiz(room: Room, quiz: QuizView, refused: KbError | None = None) -> tuple[str, int]:
    viewer, rule, lang = current_viewer(), quiz.rule, ui_lang()
    known = bank_of(room.services).of(*rule.practices)
    may_read = room.readable(sorted({stored.slug for stored in known}))
    count = len(rule.draw((stored for stored in known if stored.slug in may_read), quiz.key))
    standing = standings(room.services.db, viewer, [quiz])[quiz.id] if viewer.id is not None else Standing()
    closed = None if standing.going else quiz.closed(utcnow()) or quiz.used_up(len(standing.attempts))
    if quiz.state == "draft" and closed:
        closed = None if may(AUTHOR) else closed
    loose = sum(rule.may_draw(s) and EXAM not in s.question.tags and s.question.body.kind not in UNPRACTISED for s in known)
    return render_template(
        "quizzes/attempts/quiz.html", loose=loose if rule.exam and may(AUTHOR) else 0,
        quiz=quiz, rule=rule, count=count, standing=standing, shown=standing.attempts[:SHOWN], worded=worded,
        closed=closed.in_(lang) if closed else "", refused=refused.message.in_(lang) if refused else "",
    ), 409 if refused else 200  # fmt: skip


def _page(sitting: Sitting) -> int:
    return max(1, min(_asked_page(), -(-len(sitting.asked) // PER_PAGE)))


def _on(sitting: Sitting, page: int) -> tuple[Asked, ...]:
    return sitting.asked[(page - 1) * PER_PAGE : page * PER_PAGE]


def _attempt(sitting: Sitting, page: int, kept: Kept | None = None, typed: dict[str, list[str]] | None = None) -> ResponseReturnValue:
    lang = ui_lang()
    kept = kept or Kept()
    values = {a.position: own_of(typed, a.position) if typed is not None and a.walk is None else dict(a.sent) for a in sitting.asked}
    return render_template(
        "quizzes/attempts/attempt.html", sitting=sitting, asked=_on(sitting, page), page=page, per_page=PER_PAGE,
        pages=-(-len(sitting.asked) // PER_PAGE), values=values, typed=typed, answered=answered, worded=worded, without_certainty=SELF_MARKED,
        problems={position: text.in_(lang) for position, text in kept.problems.items()}, newer=kept.newer, until=_until(sitting),
    ), 422 if kept.problems else 200  # fmt: skip


def _until(sitting: Sitting) -> datetime | None:
    return utcnow() + timedelta(seconds=sitting.seconds_left) if sitting.seconds_left is not None else None


def _answers(room: Room, token: str) -> ResponseReturnValue:
    viewer, lang = current_viewer(), content_lang()
    sitting = room.sittings.sitting(viewer, token, lang)
    page, form = _page(sitting), tidy(request.form.to_dict(flat=False))
    if sitting.state != "going":
        try:  # says why, and keeps what came too late
            for position in _positions(form):
                room.sittings.save(viewer, token, position, own_of(form, position))
        except Conflict as error:
            return _not_taken(token, error.message, form)
        return _to(token)
    kept = keep_page(room.sittings, viewer, token, _on(sitting, page), form)
    marked = _come_back(room, token, form) if not kept.closed else None
    after = room.sittings.sitting(viewer, token, lang)
    if kept.closed or (kept.problems and after.state != "going"):
        return _not_taken(token, kept.closed or next(iter(kept.problems.values())), form)
    if kept.problems:
        return _attempt(after, page, kept, form)
    to = "".join(form.get("to", []))
    if to == "submit":
        return _to(token, "/submit")
    said = next((a.face.name for a in _on(sitting, page) if a.walk and a.face.name in form), "")
    if marked is not None:
        said = name_of(marked)
    elif to == "pause":
        room.sittings.pause(viewer, token)
    elif not to:
        say(Text("已保存。", "Saved."))
    return _to(token, page=to if to.isdecimal() and len(to) < 5 else page, mark=said)


def _come_back(room: Room, token: str, form: dict[str, list[str]]) -> int | None:
    """Mark, or unmark, the question whose button was pressed; its position."""
    for name in ("mark", "unmark"):
        value = "".join(form.get(name, []))
        if value.isdecimal() and len(value) < 4:
            room.sittings.come_back(current_viewer(), token, int(value), later=name == "mark")
            return int(value)
    return None


def _positions(form: dict[str, list[str]]) -> list[int]:
    return [int(value) for value in form.get("asked", []) if value.isdecimal() and len(value) < 4]


def _not_taken(token: str, why: Text, form: dict[str, list[str]]) -> ResponseReturnValue:
    """What was typed is shown once more where nothing is taken any more: it is somebody's work."""
    typed = [v for name, values in form.items() if name.startswith("q") for v in values if not v.isdecimal() and len(v) > 1]
    return render_template("quizzes/attempts/not_taken.html", token=token, why=why.in_(ui_lang()), typed=typed), 409


def _result(room: Room, token: str) -> ResponseReturnValue:
    lang = content_lang()
    sitting = room.sittings.sitting(current_viewer(), token, lang)
    if sitting.state != "done":
        return _to(token)
    slugs = {r.slug for r in sitting.reviewed} | ({sitting.practice} if sitting.practice else set())
    readable = room.readable(sorted(slugs))
    first = sitting.confidently_wrong
    ordered = [*first, *(r for r in sitting.reviewed if r not in first)]
    page, pages = _asked_page(), max(1, -(-len(ordered) // PER_PAGE))
    page = min(page, pages)
    return render_template(
        "quizzes/attempts/result.html", sitting=sitting, reviewed=ordered[(page - 1) * PER_PAGE : page * PER_PAGE], first=len(first), page=page,
        pages=pages, worded=worded, asked=len([r for r in sitting.reviewed if r.face.fields or r.walk]),
        alone=any(r.face.kind not in UNPRACTISED for r in sitting.wrong),
        missing=ceil((sitting.rule.pass_percent - (sitting.percent or 0)) * 10 - 1e-6) / 10,
        right=sum(r.fraction == 1 for r in sitting.reviewed), per_page=PER_PAGE,
        turning={r.position: turning_step(r.walk) for r in sitting.reviewed if r.walk},
        sections={r.position: article_url("practice", r.slug, lang, r.section) for r in sitting.reviewed if r.slug in readable},
        back=article_url("practice", sitting.practice, lang) if sitting.practice in readable else "",
    )  # fmt: skip
