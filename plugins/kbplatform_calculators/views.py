"""Pages of the calculators: a GET form, so that the address is the share link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kbplatform.sdk import InvalidInput, content_lang, current_viewer, requires, ui_lang
from kbplatform_calculators.planner_views import add_day_planner
from kbplatform_calculators.references import citing
from kbplatform_calculators.registry import USE, registry_of
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services


def make_blueprint(services: Services) -> Blueprint:
    """The list of calculators, and a page for each."""
    blueprint = Blueprint("calculators", __name__)
    registry = registry_of(services)
    add_day_planner(blueprint)

    @blueprint.get("/")
    @requires(USE)
    def index() -> ResponseReturnValue:
        return render_template("calculators/index.html", calculators=list(registry.calculators.values()))

    @blueprint.get("/<calculator_id>")
    @requires(USE)
    def page(calculator_id: str) -> ResponseReturnValue:
        calculator = registry.get(calculator_id)
        way = calculator.way(frozenset(request.args)) if "way" not in request.args else calculator.named(request.args["way"])
        typed = {name: value for name, value in request.args.items() if name in way.names}
        result, problems, status = None, {}, 200
        if any(typed.values()):
            try:
                result = run(calculator, typed, way)
            except InvalidInput as error:
                problems = {f.field: f.message.in_(ui_lang()) for f in error.fields}
                status = 422
        context = {"calculator": calculator, "way": way, "typed": typed, "result": result, "problems": problems}
        cited = citing(services.db, calculator_id, content_lang(), current_viewer())
        return render_template("calculators/calculator.html", **context, citing=cited), status

    return blueprint
