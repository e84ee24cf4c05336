"""Pages of the calculators: GET forms, so that the address is the share link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kbplatform.sdk import content_lang, current_viewer, requires, ui_lang
from kbplatform_calculators.index import MAX_QUERY, by_question, daily
from kbplatform_calculators.pages import make_page
from kbplatform_calculators.planner_views import add_day_planner
from kbplatform_calculators.references import used_in
from kbplatform_calculators.registry import USE, registry_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services


def make_blueprint(services: Services) -> Blueprint:
    """The list of calculators, and a page for each.

    With ``fragment`` in the address they answer with the pieces that a script puts in place while somebody types.
    """
    blueprint = Blueprint("calculators", __name__)
    registry = registry_of(services)
    add_day_planner(blueprint)

    @blueprint.get("/")
    @requires(USE)
    def index() -> ResponseReturnValue:
        query = request.args.get("q", "").strip()[:MAX_QUERY]
        context = {"query": query, "daily": [] if query else daily(registry), "listed": by_question(registry, query, ui_lang())}
        return render_template("calculators/_list.html" if request.args.get("fragment") else "calculators/index.html", **context)

    @blueprint.get("/<calculator_id>")
    @requires(USE)
    def page(calculator_id: str) -> ResponseReturnValue:
        calculator = registry.get(calculator_id)
        shown = make_page(registry, calculator, request.args, ui_lang())
        if request.args.get("fragment"):
            return render_template("calculators/_pieces.html", page=shown)
        used = used_in(services.db, calculator, content_lang(), current_viewer())
        return render_template("calculators/calculator.html", page=shown, used=used), 422 if shown.wrong else 200

    return blueprint
