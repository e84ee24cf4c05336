"""The pages of one question: how it looks, its key, what was said of it, every text it had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import (
    Conflict,
    NotFound,
    Text,
    article_url,
    content_lang,
    current_actor,
    current_viewer,
    may,
    problems_of,
    requires,
    say,
    ui_lang,
)
from kbplatform_quizzes.authoring import MAX_ANSWER, keep_ours, retire, reuse_version, settle_flag
from kbplatform_quizzes.bank import label_of
from kbplatform_quizzes.editing.graph import Drawn, draw
from kbplatform_quizzes.editing.outline import Difference, differences, outline
from kbplatform_quizzes.editing.preview import looks
from kbplatform_quizzes.editing.room import Room, room_of
from kbplatform_quizzes.kinds.scenario import Scenario
from kbplatform_quizzes.registry import AUTHOR, MARK, quiz_url, regrader_of

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services
    from kbplatform_quizzes.editing.catalog import Version

HISTORY_SIZE = 5
"""Versions of one page: each shows what it changed."""
MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Step:
    """A version and what it changed; None for the first one."""

    version: Version
    changed: list[Difference] | None


def url_of(slug: str, key: str) -> str:
    """Address of a question's page."""
    return f"/p/quizzes/bank/{slug}/{key}"


def add_pages(web: Blueprint, services: Services) -> None:
    """``/bank/<slug>/<key>`` and its ``/history``."""
    room = room_of(services)

    @web.get("/bank/<slug>/<key>")
    @requires(AUTHOR)
    def bank_question(slug: str, key: str) -> ResponseReturnValue:
        return _page(room, slug, key)

    @web.post("/bank/<slug>/<key>")
    @requires(AUTHOR)
    def bank_question_sent(slug: str, key: str) -> ResponseReturnValue:
        room.record(slug, key, content_lang())
        try:
            _do(room, slug, key)
        except Conflict as error:
            return _page(room, slug, key, problems_of(error)), 409
        return redirect(url_of(slug, key), 303)

    @web.get("/bank/<slug>/<key>/history")
    @requires(AUTHOR)
    def bank_history(slug: str, key: str) -> ResponseReturnValue:
        return _history(room, slug, key)


def _do(room: Room, slug: str, key: str) -> None:
    """What the button says."""
    do, seen, actor = request.form.get("do", ""), request.form.get("seen", "")[:40], current_actor()
    with room.db.write() as session:
        if do in {"retire", "ask"}:
            retire(session, slug, key, seen, actor, retired=do == "retire")
            said = Text("停用了，历史都还在。", "Retired. Its history stays.") if do == "retire" else Text("又开始考了。", "It is asked again.")
        elif do == "reuse":
            reuse_version(session, slug, key, request.form.get("version", "")[:40], seen, actor)
            said = Text("换成这个版本了。", "That version is in use now.")
        elif do == "keep":
            keep_ours(session, slug, key, seen, actor)
            said = Text("保留了本站的。", "The text of this site stays.")
        elif do == "settle":
            flag = request.form.get("flag", "")
            number = int(flag) if flag.isascii() and flag.isdecimal() and len(flag) < 10 else 0
            settle_flag(session, slug, key, number, request.form.get("answer", "").replace("\0", "�"), actor, room.services.masking)
            said = Text("处理好了。", "Settled.")
        else:
            raise NotFound(Text("没有这个操作", "There is no such action"))
    say(said)


def _page(room: Room, slug: str, key: str, problems: dict[str, str] | None = None) -> str:
    lang, ui = content_lang(), ui_lang()
    record, shelf = room.record(slug, key, lang)
    question = record.question
    theirs = room.catalog.text(record, record.file_version) if record.file_version and "edited" in record.states else None
    return render_template(
        "quizzes/editing/question.html",
        record=record, question=question, shelf=shelf, kind=label_of(question.body.kind, room.types).in_(ui), problems=problems or {},
        looks=looks(question), outline=outline(question), drawn=_drawn(question.body), advice=room.advice(slug, question, lang),
        section=article_url("practice", slug, lang, question.section) if shelf.article else "", flags=room.catalog.flags(record),
        max_answer=MAX_ANSWER, quizzes=[(quiz_url(key), title.in_(ui)) for key, title in room.catalog.quizzes(record)],
        behind=regrader_of(room.services).behind(current_viewer(), record.id) if may(MARK) else 0,
        versions=room.catalog.versions(record)[:3], times=room.catalog.times_asked(record), theirs=theirs,
        apart=differences(question, theirs) if theirs else [], url=url_of(slug, key), takes=question.body.kind not in {"scenario", "essay"},
    )  # fmt: skip


def _drawn(body: object) -> Drawn | None:
    return draw(body, Text("这通电话的走法", "The ways through this call").in_(ui_lang())) if isinstance(body, Scenario) else None


def _history(room: Room, slug: str, key: str) -> str:
    record, shelf = room.record(slug, key, content_lang())
    versions = room.catalog.versions(record)
    raw = request.args.get("page", "1")
    page = min(max(int(raw[:9]), 1), MAX_PAGE) if raw.isascii() and raw.isdecimal() else 1
    first = (page - 1) * HISTORY_SIZE
    steps = _steps(versions[first : first + HISTORY_SIZE + 1])[:HISTORY_SIZE]
    return render_template(
        "quizzes/editing/history.html", record=record, shelf=shelf, steps=steps, page=page, pages=-(-len(versions) // HISTORY_SIZE),
        url=url_of(slug, key),
    )  # fmt: skip


def _steps(versions: list[Version]) -> list[Step]:
    """Each version beside the one before it; the last of the list beside nothing."""
    before: list[Version | None] = [*versions[1:], None]
    return [
        Step(version, None if older is None else differences(older.question, version.question))
        for version, older in zip(versions, before, strict=True)
    ]
