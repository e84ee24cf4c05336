"""Pages of who knows what: the matrix with its files, and one person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, abort, render_template, request

from kbplatform.sdk import Text, as_csv, as_xlsx, content_lang, current_actor, current_viewer, may, record_audit, requires, ui_lang
from kbplatform_quizzes.registry import RESULTS, TAKE
from kbplatform_quizzes.training.assignment_views import page_number
from kbplatform_quizzes.training.matrix import LETTERS, MAX_COLUMNS, SORTS, WORDS, Asked, Training, heading, table
from kbplatform_quizzes.training.progress import STATES

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

LEGEND = {"states": STATES, "words": WORDS}
TITLE = Text("谁会什么", "Who knows what")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_pages(web: Blueprint, services: Services) -> None:
    """``/matrix`` with ``.csv`` and ``.xlsx``, and ``/people/<id>``."""
    training = Training(services.db)

    @web.get("/matrix")
    @requires(RESULTS)
    def matrix() -> ResponseReturnValue:
        asked = asked_for()
        found = training.matrix(current_viewer(), content_lang(), asked)
        return render_template(
            "quizzes/training/matrix.html", m=found, asked=asked, query=lambda **changes: _query(asked, **changes), letters=LETTERS,
            columns=found.columns(asked.across), step=MAX_COLUMNS, **LEGEND,
        )  # fmt: skip

    @web.get("/matrix.<any(csv, xlsx):kind>")
    @requires(RESULTS)
    def matrix_file(kind: str) -> ResponseReturnValue:
        viewer, lang, asked = current_viewer(), ui_lang(), asked_for()
        found = training.whole(viewer, content_lang(), asked)
        with services.db.write() as session:
            record_audit(session, current_actor(), "quizzes.matrix_exported", "quizzes_matrix", asked.team or "*", people=found.people)
        named = {"Content-Disposition": f'attachment; filename="training.{kind}"'}
        columns, rows = heading(found, lang), table(found, lang)
        if kind == "csv":
            return Response(as_csv(columns, rows), mimetype="text/csv", headers=named)
        return Response(as_xlsx(TITLE.in_(lang), columns, rows), mimetype=XLSX, headers=named)

    @web.get("/people/<int:user_id>")
    @requires(TAKE, person=True)
    def person(user_id: int) -> ResponseReturnValue:
        viewer = current_viewer()
        if user_id != viewer.id and not may(RESULTS):
            abort(404)
        row, practices = training.person(viewer, content_lang(), user_id)
        pairs = sorted(zip(practices, row.fields, strict=True), key=lambda pair: STATES.index(pair[1].state))
        return render_template("quizzes/training/person.html", row=row, pairs=pairs, mine=user_id == viewer.id, **LEGEND)


def asked_for() -> Asked:
    """The filters of the address; what is none of its choices restricts nothing."""
    args = request.args
    state, sort = args.get("state", ""), args.get("sort", "")
    return Asked(
        team=args.get("team", "")[:60],
        group=args.get("group", "")[:60],
        state=state if state in STATES else "",
        sort=sort if sort in SORTS else "need",
        page=page_number(),
        across=page_number("across"),
    )


def _query(asked: Asked, **changes: object) -> str:
    fields: dict[str, object] = {"team": asked.team, "group": asked.group, "state": asked.state, "sort": asked.sort}
    if asked.across > 1:
        fields["across"] = asked.across
    return urlencode({name: str(value) for name, value in (fields | changes).items() if value})
