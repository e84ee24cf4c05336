"""Pages of the huddle: all of it on one page, to prepare and to print; and one thing at a time, large, to project on a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import render_template, request

from kbplatform.sdk import GAPS, content_lang, current_viewer, may, requires
from kbplatform_quizzes.attempts.people import circle_of
from kbplatform_quizzes.registry import ASSIGN
from kbplatform_quizzes.training.huddle import QUESTIONS, SINCE_DAYS, USUAL_DAYS, Asked, Huddle

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services
    from kbplatform_quizzes.training.huddle import Slide

HUDDLE = "/p/quizzes/huddle"


def add_pages(web: Blueprint, services: Services) -> None:
    """``/huddle``: with ``at`` one slide, without all of them; ``show`` reveals the answers."""

    @web.get("/huddle")
    @requires(ASSIGN)
    def huddle() -> ResponseReturnValue:
        viewer, asked, show = current_viewer(), asked_for(), request.args.get("show") == "1"
        with services.db.read() as session:
            teams = circle_of(session, viewer).teams
        made = Huddle(services, viewer, content_lang(), asked, sees_gaps=may(GAPS))
        slides = made.slides()
        drawn = [s.context["question"].id for s in slides if s.kind == "question"]  # type: ignore[attr-defined]  # as its part made it
        link = Links({"team": asked.team, "days": asked.days, "q": ".".join(map(str, drawn)), "lang": content_lang()})
        raw = request.args.get("at", "")
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 4 and slides):
            context = {"asked": asked, "teams": teams, "days": SINCE_DAYS}
            return render_template("quizzes/training/huddle.html", slides=slides, show=show, link=link, **context)
        at = min(max(int(raw), 1), len(slides))
        ways = _ways(slides, at, link, show=show)
        return render_template("quizzes/training/huddle_slide.html", slide=slides[at - 1], at=at, of=len(slides), show=show, link=link, **ways)


def asked_for() -> Asked:
    """What the address asks for."""
    args = request.args
    days = args.get("days", "")
    parts = args.get("q", "")[:100].split(".")
    drawn = tuple(int(p) for p in parts if p.isascii() and p.isdecimal() and len(p) < 10)[:QUESTIONS]
    return Asked(args.get("team", "")[:60], int(days) if days in {str(n) for n in SINCE_DAYS} else USUAL_DAYS, drawn)


class Links:
    """``link(at=2, show=1)``: the address of a slide of the same huddle."""

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields = fields

    def __call__(self, **changes: object) -> str:
        return f"{HUDDLE}?{urlencode({k: v for k, v in (self._fields | changes).items() if v not in {None, ''}})}"


def _ways(slides: list[Slide], at: int, link: Links, *, show: bool) -> dict[str, str]:
    """Where one goes from a slide: what it hides is shown before the next one comes."""
    hidden = slides[at - 1].show and not show
    following = link(at=at, show=1) if hidden else link(at=at + 1) if at < len(slides) else ""
    before = link(at=at) if show else link(at=at - 1, show=1 if slides[at - 2].show else None) if at > 1 else ""
    return {"following": following, "before": before}
