"""Writing a question: the form of each kind, checked while one types, saved by version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, request

from kbplatform.sdk import Conflict, FieldError, InvalidInput, NotFound, Text, content_lang, current_actor, requires, say, ui_lang
from kbplatform_quizzes.authoring import create_question, save_question
from kbplatform_quizzes.bank import label_of
from kbplatform_quizzes.editing.drafts import Draft, blank, filled, follow_names, opened, operate, packed, place_of, sent
from kbplatform_quizzes.editing.form import Shown, by_field, parts_of
from kbplatform_quizzes.editing.graph import draw, scenario_of
from kbplatform_quizzes.editing.outline import differences
from kbplatform_quizzes.editing.preview import looks
from kbplatform_quizzes.editing.question_views import url_of
from kbplatform_quizzes.editing.reading import Read, read_draft
from kbplatform_quizzes.editing.room import Room, room_of
from kbplatform_quizzes.editing.shapes import shape_of
from kbplatform_quizzes.registry import AUTHOR

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services
    from kbplatform_quizzes.editing.outline import Difference
    from kbplatform_quizzes.question import Question

CHECK, SAVE = "check", "save"
_WRONG = Text("还有地方要改，都标出来了。写的都还在。", "Some places need a change; they are marked. Nothing you wrote is lost.")


@dataclass(slots=True)
class Work:
    """A question being written. ``seen`` is the version it is written over, empty for a new one; ``key`` its id, empty until it has one."""

    slug: str
    kind: str
    draft: Draft
    key: str = ""
    seen: str = ""
    open: str = "scenes.0"
    focus: str = ""
    problems: tuple[FieldError, ...] = ()
    against: list[Difference] = field(default_factory=list)
    """What somebody else saved meanwhile, as it differs from this."""

    def read(self, room: Room) -> Read:
        """The question, as far as it is one. One that has no id yet is read under a stand-in."""
        return read_draft(self.kind, self.key.strip() or "new", self.draft, room.types)


def add_pages(web: Blueprint, services: Services) -> None:
    """``/bank/new`` and ``/bank/<slug>/<key>/edit``."""
    room = room_of(services)

    @web.get("/bank/new")
    @requires(AUTHOR)
    def bank_new() -> ResponseReturnValue:
        return _begin(room)

    @web.post("/bank/new")
    @requires(AUTHOR)
    def bank_new_sent() -> ResponseReturnValue:
        slug, kind = request.form.get("practice", "")[:100], request.form.get("kind", "")[:60]
        room.shelf(slug, content_lang())
        return _answered(room, _sent(room, slug, kind, request.form.get("id", "")[:200]))

    @web.get("/bank/<slug>/<key>/edit")
    @requires(AUTHOR)
    def bank_edit(slug: str, key: str) -> ResponseReturnValue:
        record, _ = room.record(slug, key, content_lang())
        kind = record.question.body.kind
        return _form(room, Work(slug, kind, filled(shape_of(kind), record.question.written()), key, record.version))

    @web.post("/bank/<slug>/<key>/edit")
    @requires(AUTHOR)
    def bank_edit_sent(slug: str, key: str) -> ResponseReturnValue:
        record, _ = room.record(slug, key, content_lang())
        work = _sent(room, slug, record.question.body.kind, key)
        work.seen = request.form.get("seen", "")[:40]
        return _answered(room, work)


def _begin(room: Room) -> ResponseReturnValue:
    """An empty form, a copy of another question, or, first, the choice of article and kind."""
    lang, kinds = content_lang(), {t.name: t.label.in_(ui_lang()) for t in room.types}
    slug, kind, source = (request.args.get(name, "")[:200] for name in ("practice", "kind", "from"))
    if source:
        record, _ = room.record(*source.partition("/")[::2], lang)
        kind = record.question.body.kind
        return _form(room, Work(record.slug, kind, filled(shape_of(kind), record.question.written())))
    shelves = room.shelves(lang)
    if slug in shelves and kind in kinds:
        return _form(room, Work(slug, kind, blank(shape_of(kind))))
    practices = [(s, shelf.label) for s, shelf in shelves.items()]
    return render_template("quizzes/editing/choose.html", practices=practices, kinds=list(kinds.items()), practice=slug, kind=kind or "single")


def _sent(room: Room, slug: str, kind: str, key: str) -> Work:
    """What the form holds, NUL as the sign for what can't be shown. Raises NotFound for a kind that isn't there."""
    if kind not in {t.name for t in room.types}:
        raise NotFound(Text("没有这种题型", "There is no such kind of question"))
    form = {name: value.replace("\0", "�") for name, value in request.form.items()}
    work = Work(slug, kind, sent(shape_of(kind), form), key.replace("\0", "�"), open=opened(form))
    follow_names(work.draft, form)
    return work


def _answered(room: Room, work: Work) -> ResponseReturnValue:
    """Save, check, or change the form, as the button says."""
    do = request.form.get("do", SAVE)
    if do == CHECK:
        return _checked(room, work)
    if do == SAVE:
        return _saved(room, work)
    if do.startswith("open:"):
        work.open = work.focus = do.removeprefix("open:")[:40]
    else:
        work.focus = operate(shape_of(work.kind), work.draft, do)
        if any(place_of(work.focus, rows) is not None for rows in ("scenes", "endings")):
            work.open = work.focus
    return _form(room, work)


def _saved(room: Room, work: Work) -> ResponseReturnValue:
    read = work.read(room)
    work.problems = read.problems
    question = read.question
    if question is None:
        return _form(room, work), 422
    new = not work.seen
    if new and not work.key.strip():
        question = replace(question, id=room.free_key(work.slug, question.stem))
    try:
        with room.db.write() as session:
            if new:
                create_question(session, work.slug, question, current_actor())
            else:
                save_question(session, work.slug, question, work.seen, current_actor())
    except InvalidInput as error:
        work.problems = error.fields
        return _form(room, work), 422
    except Conflict:
        theirs = room.catalog.get(work.slug, question.id)
        work.against, work.seen = differences(theirs.question, question), theirs.version
        return _form(room, work), 409
    say(Text("存好了。", "Saved."))
    return redirect(url_of(work.slug, question.id), 303)


def _form(room: Room, work: Work) -> str:
    lang, ui = content_lang(), ui_lang()
    problems = by_field(work.problems, ui)
    shown = Shown(ui, problems, room.sections(work.slug, lang), work.open, work.focus)
    shape = shape_of(work.kind)
    title = Text("这通电话的走法", "The ways through this call").in_(ui)
    context = {
        "work": work, "parts": parts_of(shape, work.draft, shown), "problems": problems, "packed": packed(shape, work.draft, work.open),
        "drawn": draw(scenario_of(work.draft), title) if work.kind == "scenario" else None, "against": work.against,
        "wrong": _WRONG.in_(ui) if work.problems else "",
    }  # fmt: skip
    if request.form.get("live"):
        return render_template("quizzes/editing/_form.html", **context)
    question = work.read(room).question if work.kind != "scenario" else None  # the page is large enough: the module fetches it
    return render_template(
        "quizzes/editing/edit.html", shelf=room.shelf(work.slug, lang), kind=label_of(work.kind, room.types).in_(ui), **context,
        back=url_of(work.slug, work.key) if work.seen else "/p/quizzes/bank", **_beside(room, work, question),
    )  # fmt: skip


def _beside(room: Room, work: Work, question: Question | None) -> dict[str, object]:
    """What stands beside the form: the question as a taker will see it, and what may be said about it."""
    advice = room.advice(work.slug, question, content_lang()) if question else []
    return {"looks": looks(question) if question else [], "advice": [text.in_(ui_lang()) for text in advice]}


def _checked(room: Room, work: Work) -> ResponseReturnValue:
    """What is wrong so far, by field, and what stands beside the form, for the page that is being typed into."""
    read = work.read(room)
    problems = by_field(read.problems, ui_lang())
    beside = render_template("quizzes/editing/_beside.html", **_beside(room, work, read.question), missing=problems.get("", ""), work=work)
    return jsonify({"problems": problems, "beside": beside})
