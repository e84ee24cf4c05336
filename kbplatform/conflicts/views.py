"""Pages: texts that were edited here and come differently from the pack, and one of them with both texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.permissions import EDIT
from kbplatform.articles.diff import sides
from kbplatform.bilingual import Text
from kbplatform.conflicts.merging import FRONT, WHOLE
from kbplatform.conflicts.service import PAGE_SIZE
from kbplatform.errors import InvalidInput, StaleText
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.forms import problems_of, say, typed
from kbplatform.web.i18n import ui_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.articles.diff import Run
    from kbplatform.conflicts.service import Conflicts

_CHOICE = "choice-"
_LONG = 30
"""Lines up to which a part is shown whole."""
_NEAR = 2
"""Lines shown before and after one that differs."""


def make_blueprint(conflicts: Conflicts) -> Blueprint:
    """``/proposals/conflicts`` lists them, ``/proposals/conflicts/<id>`` is one."""
    blueprint = Blueprint("conflicts", __name__, template_folder="templates")

    @blueprint.get("/proposals/conflicts")
    @requires(EDIT, person=True)
    def listing() -> ResponseReturnValue:
        page = min(max(_number(request.args.get("page", "")), 1), 10_000)
        found, total = conflicts.page(current_viewer(), page)
        return render_template("conflicts/list.html", found=found, page=page, pages=-(-total // PAGE_SIZE), front=FRONT, whole=WHOLE)

    @blueprint.get("/proposals/conflicts/<int:conflict_id>")
    @requires(EDIT, person=True)
    def one(conflict_id: int) -> ResponseReturnValue:
        return _show(conflicts, conflict_id, {})

    @blueprint.post("/proposals/conflicts/<int:conflict_id>")
    @requires(EDIT, person=True)
    def settle(conflict_id: int) -> ResponseReturnValue:
        choices = {name.removeprefix(_CHOICE): typed(name, 6) for name in request.form if name.startswith(_CHOICE)}
        try:
            conflicts.settle(current_viewer(), current_actor(), conflict_id, revision=_number(typed("revision", 10)), choices=choices)
        except InvalidInput as error:
            return _show(conflicts, conflict_id, problems_of(error) | {"": error.message.in_(ui_lang())}), 422
        except StaleText as error:
            return _show(conflicts, conflict_id, problems_of(error)), 409
        say(Text("已处理，文章按您选的来。", "Settled: the article reads as you chose."))
        return redirect("/proposals/conflicts", 303)

    return blueprint


def _show(conflicts: Conflicts, conflict_id: int, problems: dict[str, str]) -> str:
    found = conflicts.get(current_viewer(), conflict_id)
    chosen = {part.part: typed(_CHOICE + part.part, 6) or part.suggested for part in found.parts}
    return render_template(
        "conflicts/one.html", c=found, problems=problems, chosen=chosen, front=FRONT, whole=WHOLE,
        lines={part.part: [_folded(side) for side in sides(part.ours or "", part.theirs or "")] for part in found.parts},
    )  # fmt: skip


def _folded(lines: list[list[Run]]) -> list[list[Run] | None]:
    """A long text without what stays: its first lines, those that differ and their neighbours; None where some are left out."""
    if len(lines) <= _LONG:
        return [*lines]
    kept = {*range(_NEAR + 1)} | {n + d for n, runs in enumerate(lines) if any(r.kind != "same" for r in runs) for d in range(-_NEAR, _NEAR + 1)}
    short = [runs if n in kept else None for n, runs in enumerate(lines)]
    return [runs for n, runs in enumerate(short) if runs is not None or n == 0 or short[n - 1] is not None]


def _number(text: str) -> int:
    text = text.strip()[:10]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
