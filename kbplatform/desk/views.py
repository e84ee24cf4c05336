"""The desk's page, and the two pieces of it that follow the typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Text
from kbplatform.rendering.vocabulary import SLOTS
from kbplatform.search.service import MAX_QUERY_CHARS
from kbplatform.web.access import current_viewer, requires
from kbplatform.web.i18n import content_lang, ui_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.articles.service import ArticleService
    from kbplatform.desk.service import DeskService

NAV = (Text("通话台", "Call desk"), "desk.page")
ONE_VALUE = frozenset({"order", "ticket"})
"""Call variables that read alike in both languages."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A field of the strip. ``both``: its value may differ by language (陈女士, Ms Tan)."""

    name: str
    label: str
    both: bool


def make_blueprint(desk: DeskService, articles: ArticleService) -> Blueprint:
    """``/desk``, and its hits and answer as fragments."""
    blueprint = Blueprint("desk", __name__, template_folder="templates")

    @blueprint.get("/desk")
    @requires(READ)
    def page() -> ResponseReturnValue:
        lang = ui_lang()
        variables = [Variable(n, SLOTS[n].in_(lang), n not in ONE_VALUE) for n in articles.call_variables()]
        return render_template("desk/desk.html", variables=variables, **_results(desk))

    @blueprint.get("/desk/hits")
    @requires(READ)
    def hits() -> ResponseReturnValue:
        return render_template("desk/_live.html", **_results(desk))

    @blueprint.get("/desk/answer")
    @requires(READ)
    def answer() -> ResponseReturnValue:
        wanted = request.args
        found = desk.answer(
            wanted.get("slug", ""), content_lang(), current_viewer(), section=wanted.get("section", "")[:80], whole="whole" in wanted
        )
        return render_template("desk/_answer.html", answer=found)

    return blueprint


def _results(desk: DeskService) -> dict[str, object]:
    query, lang, viewer = request.args.get("q", "").strip()[:MAX_QUERY_CHARS], content_lang(), current_viewer()
    everything = "all" in request.args
    found = desk.find(query, lang, viewer, everything=everything) if query else None
    return {
        "query": query,
        "everything": everything,
        "found": found,
        "answer": desk.first_answer(found, viewer) if found else None,
        "generation": desk.generation(),
    }
