"""Pages of the calculators: a GET form, so that the address is the share link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kbplatform.sdk import InvalidInput, content_lang, current_viewer, requires, ui_lang
from kbplatform_calculators import registry
from kbplatform_calculators.references import citing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services


def make_blueprint(services: Services) -> Blueprint:
    """The list of calculators, and a page for each."""
    blueprint = Blueprint("calculators", __name__)

    @blueprint.get("/")
    @requires(registry.USE)
    def index() -> ResponseReturnValue:
        return render_template("calculators/index.html", calculators=list(registry.CALCULATORS.values()))

    @blueprint.get("/<calculator_id>")
    @requires(registry.USE)
    def page(calculator_id: str) -> ResponseReturnValue:
        calculator = registry.get(calculator_id)
        names = {i.name for i in calculator.inputs}
        typed = {name: value[:40] for name, value in request.args.items() if name in names}
        result, problems, status = None, {}, 200
        if any(typed.values()):
            try:
                result = calculator.run(typed)
            except InvalidInput as error:
                problems = {f.field: f.message.in_(ui_lang()) for f in error.fields}
                status = 422
        context = {"calculator": calculator, "typed": typed, "result": result, "problems": problems}
        cited = citing(services.db, calculator_id, content_lang(), current_viewer())
        return render_template("calculators/calculator.html", **context, citing=cited), status

    return blueprint
