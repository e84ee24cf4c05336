"""The desk's page, and the two pieces of it that follow the typing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Text
from kbplatform.desk.pins import MOST
from kbplatform.errors import InvalidInput
from kbplatform.rendering.vocabulary import SLOTS
from kbplatform.search.service import MAX_QUERY_CHARS
from kbplatform.web.access import current_viewer, requires, signed_in
from kbplatform.web.forms import problems_of, say, typed
from kbplatform.web.i18n import content_lang, local_path, ui_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.typing import ResponseReturnValue

    from kbplatform.articles.service import ArticleService
    from kbplatform.desk.service import DeskService
    from kbplatform.viewer import Viewer
    from kbplatform.web.panels import DeskForm

NAV = (Text("通话台", "Call desk"), "desk.page")
RECENT = 8
KEYS = frozenset("/?acdeghjklnopuv 123456789")
"""What the desk and the frame of every page do themselves with one key."""
ONE_VALUE = frozenset({"order", "ticket"})
"""Call variables that read alike in both languages."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A field of the strip. ``both``: its value may differ by language (陈女士, Ms Tan)."""

    name: str
    label: str
    both: bool


def make_blueprint(desk: DeskService, articles: ArticleService, actions: Callable[[Viewer], Sequence[DeskForm]]) -> Blueprint:
    """``/desk``, and its hits and answer as fragments. ``actions`` are what plugins let a viewer do there."""
    blueprint = Blueprint("desk", __name__, template_folder="templates")

    @blueprint.get("/desk")
    @requires(READ)
    def page() -> ResponseReturnValue:
        lang = ui_lang()
        variables = [Variable(n, SLOTS[n].in_(lang), n not in ONE_VALUE) for n in articles.call_variables()]
        return render_template("desk/desk.html", variables=variables, actions=actions(current_viewer()), **_results(desk))

    @blueprint.get("/desk/hits")
    @requires(READ)
    def hits() -> ResponseReturnValue:
        return render_template("desk/_live.html", **_results(desk))

    @blueprint.get("/desk/answer")
    @requires(READ)
    def answer() -> ResponseReturnValue:
        wanted = request.args
        found = desk.answer(wanted.get("slug", ""), content_lang(), current_viewer(), section=wanted.get("section", "")[:80], whole="whole" in wanted)
        return render_template("desk/_answer.html", answer=found, call=_new_call())

    _records(blueprint, desk)
    return blueprint


def _records(blueprint: Blueprint, desk: DeskService) -> None:
    """The forms for browsers without scripts; with them the desk talks to the API."""

    @blueprint.post("/desk/uses")
    @requires(READ)
    def use() -> ResponseReturnValue:
        try:
            used = desk.uses.record(
                current_viewer(), request.remote_addr or "", slug=typed("slug", 80), lang="en" if typed("lang", 2) == "en" else "zh",
                call=typed("call", 80), section=typed("section", 80), ticket=typed("ticket", 200),
            )  # fmt: skip
        except InvalidInput as error:
            say(Text(*[" ".join(problems_of(error).values())] * 2))
        else:
            say(Text("记下了", "Recorded") if used.counted else Text("这通已经记过了", "Recorded for this call already"))
        return redirect(local_path(typed("next", 2000) or "/desk"), 303)

    @blueprint.post("/desk/pins")
    @signed_in
    def pin() -> ResponseReturnValue:
        slug, what, viewer = typed("slug", 80), typed("do", 10), current_viewer()
        pinned = desk.pins.of(viewer)
        try:
            if what == "unpin":
                desk.pins.take_off(viewer, slug)
            elif what in {"up", "down"} and slug in pinned:
                desk.pins.put(viewer, slug, max(1, pinned.index(slug) + (2 if what == "down" else 0)))
            else:
                desk.pins.put(viewer, slug)
        except InvalidInput as error:
            say(Text(*[" ".join(problems_of(error).values())] * 2))
        return redirect(local_path(typed("next", 2000) or "/desk"), 303)


def _new_call() -> str:
    return secrets.token_urlsafe(16)


def _slugs(name: str, limit: int) -> list[str]:
    return [s[:80] for s in request.args.get(name, "").split(",")[:limit] if s]


def _results(desk: DeskService) -> dict[str, object]:
    query, lang, viewer = request.args.get("q", "").strip()[:MAX_QUERY_CHARS], content_lang(), current_viewer()
    everything = "all" in request.args
    found = desk.find(query, lang, viewer, everything=everything) if query else None
    return {
        "query": query,
        "everything": everything,
        "found": found,
        "at_hand": None if found else desk.at_hand(lang, viewer, pins=_slugs("pins", MOST), recent=_slugs("recent", RECENT)),
        "call": _new_call(),
        "answer": desk.first_answer(found, viewer) if found else None,
        "generation": desk.generation(),
    }
