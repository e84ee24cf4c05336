"""Files of questions: what came of one is shown first and taken in once somebody has seen it; the questions shown go out in any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, redirect, render_template, request

from kbplatform.sdk import LANGS, NotFound, Text, content_lang, current_actor, current_viewer, requires, say, ui_lang
from kbplatform_quizzes.bank import label_of
from kbplatform_quizzes.editing import uploads
from kbplatform_quizzes.editing.bank_views import asked_for
from kbplatform_quizzes.editing.room import Room, room_of
from kbplatform_quizzes.formats.registry import formats_with, read_file
from kbplatform_quizzes.registry import AUTHOR
from kbplatform_quizzes.taking_in import Destination, picture, take_in, together

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Lang, Services
    from kbplatform_quizzes.formats.imported import Imported

SHOWN = 100
"""Items told one by one; the rest is counted."""
MAX_NAME = 100
_TYPES = {
    "yaml": "application/yaml", "gift": "text/plain; charset=utf-8", "moodle-xml": "application/xml", "aiken": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def add_pages(web: Blueprint, services: Services) -> None:
    """``/bank/import`` and ``/bank/export.<format>``."""
    room = room_of(services)

    @web.get("/bank/import")
    @requires(AUTHOR)
    def bank_import() -> ResponseReturnValue:
        return _page(room)

    @web.post("/bank/import")
    @requires(AUTHOR)
    def bank_import_sent() -> ResponseReturnValue:
        return _sent(room)

    @web.get("/bank/export/<name>")
    @requires(AUTHOR)
    def bank_export(name: str) -> ResponseReturnValue:
        return _export(room, name)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form says besides the file. ``lang`` is empty where the questions' own characters decide."""

    practice: str = ""
    section: str = ""
    format: str = ""
    lang: str = ""


def _chosen(room: Room) -> Chosen:
    """Raises NotFound for a practice that this author may not read."""
    typed = {name: request.form.get(name, "")[:200].replace("\0", "") for name in ("practice", "section", "format", "lang")}
    if typed["practice"]:
        room.shelf(typed["practice"], content_lang())
    lang = typed["lang"] if typed["lang"] in LANGS else ""
    return Chosen(typed["practice"], typed["section"].strip() if typed["practice"] else "", typed["format"], lang)


def _page(room: Room, chosen: Chosen | None = None, problem: str = "", **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - a template's values
    ui = ui_lang()
    practices = [(slug, shelf.label) for slug, shelf in room.shelves(content_lang()).items() if shelf.article]
    formats = [(f.name, f.label.in_(ui)) for f in formats_with(room.types).values()]
    page = render_template(
        "quizzes/editing/import.html", practices=practices, formats=formats, chosen=chosen or Chosen(request.args.get("practice", "")[:200]),
        problem=problem, **more,
    )  # fmt: skip
    return page, 422 if problem else 200


def _sent(room: Room) -> ResponseReturnValue:
    chosen, key = _chosen(room), request.form.get("key", "")
    if key:
        return _confirmed(room, chosen, key)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(room, chosen, Text("请选一个文件", "Choose a file").in_(ui_lang()))
    data, name = file.stream.read(), file.filename[:MAX_NAME].replace("\0", "")
    imported = _read(room, chosen, name, data)
    kept = uploads.keep(room.db, current_viewer(), name, data) if imported.questions else ""
    return _page(room, chosen, **_report(room, imported), key=kept, name=name)


def _read(room: Room, chosen: Chosen, name: str, data: bytes) -> Imported:
    lang: Lang | None = "zh" if chosen.lang == "zh" else "en" if chosen.lang == "en" else None
    return read_file(data, name, format=chosen.format, lang=lang, formats=formats_with(room.types))[1]


def _confirmed(room: Room, chosen: Chosen, key: str) -> ResponseReturnValue:
    name, data = uploads.fetch(room.db, current_viewer(), key)
    imported = _read(room, chosen, name, data)
    with room.db.write() as session:
        sheets = take_in(session, imported, Destination(chosen.practice, chosen.section), current_actor())
        uploads.drop(session, key)
    new = sum(added.new for sheet in sheets.values() for added in sheet)
    there = len(imported.questions) - new
    say(Text(f"导入了 {new} 题，原来就有的 {there} 题没动。", f"{new} questions are in the bank; {there} were there already."))
    slug = next(iter(sheets), "")
    return redirect(f"/p/quizzes/bank?practice={slug}&sort=newest" if len(sheets) == 1 else "/p/quizzes/bank?sort=newest", 303)


def _report(room: Room, imported: Imported) -> dict[str, Any]:
    """Item by item: first what was refused, then what changed; what came in as it is, is counted."""
    ui = ui_lang()
    told = sorted((i for i in imported.report if i.outcome != "imported"), key=lambda i: i.outcome == "changed")
    kinds = [(label_of(kind, room.types).in_(ui), count) for kind, count in imported.by_type.items()]
    counts = {"total": len(imported.questions), "refused": len(imported.refused), "more": max(0, len(told) - SHOWN)}
    return counts | {"report": told[:SHOWN], "kinds": kinds}


def _export(room: Room, name: str) -> ResponseReturnValue:
    """The questions that the address asks for. What a format can't carry stands on a page first; ``?now=1`` fetches the file."""
    chosen = formats_with(room.types).get(name)
    if chosen is None:
        raise NotFound(Text("没有这种格式", "There is no such format"))
    lang = content_lang()
    asked = asked_for(room.shelves(lang))
    questions, renamed = together(record.question for record in room.catalog.find(asked.wanted).records)
    done = chosen.write(questions, lang, lambda sha256: picture(room.db, sha256))
    losses = [*renamed, *done.losses]
    if losses and request.args.get("now") != "1":
        left = sum(loss.left_out for loss in losses)
        return render_template(
            "quizzes/editing/export.html", losses=losses[:SHOWN], more=max(0, len(losses) - SHOWN), written=done.written, left=left,
            format=chosen.label.in_(ui_lang()), address=f"/p/quizzes/bank/export/{name}?{asked.query(now=1, lang=lang)}", back=asked.query(),
        )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="questions{chosen.suffixes[0]}"', "Cache-Control": "no-store"}
    return Response(done.data, content_type=_TYPES[name], headers=headers)
