"""Pages: saying that something should not be there, the queue, and deciding."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import ArticleService, InvalidInput, Text, content_lang, current_actor, current_viewer, local_path, problems_of, requires, say
from kbplatform_experience.moderation.service import DECISIONS, MAX_WORDS, REASONS, Moderation
from kbplatform_experience.reach import readable
from kbplatform_experience.registry import MODERATE, READ, entry_url, kinds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

QUEUE = "/p/experience/moderation"
_DONE = {
    "show": Text("放出来了", "Shown"),
    "hide": Text("隐藏了，写的人会看到原因", "Hidden. The writer is told why"),
    "decline": Text("退回了，写的人会看到原因", "Declined. The writer is told why"),
}


def add_pages(web: Blueprint, services: Services) -> None:
    """``/moderation``, ``/<entry>/reports`` and ``/<entry>/decisions``."""
    moderation, articles = Moderation(services), ArticleService(services.db)

    @web.get("/moderation")
    @requires(MODERATE, person=True)
    def moderation_queue() -> ResponseReturnValue:
        return queue()

    def queue(problems: Mapping[str, str] = MappingProxyType({}), at: str = "") -> ResponseReturnValue:
        """What waits; with ``?entry=`` that entry alone, whatever was decided about it."""
        viewer, after, one = current_viewer(), whole_number(request.args.get("after", "")) or 0, whole_number(request.args.get("entry", ""))
        cases = moderation.cases_of(viewer, one) if one else moderation.queue(viewer, after)
        cards = articles.cards({c.entry.slug for c in cases if c.entry.slug}, content_lang(), viewer)
        entries = [c for c in cases if c.comment is None]
        return render_template(
            "experience/moderation.html", cases=cases, total=moderation.waiting(viewer), articles={c.slug: c for c in cards},
            kinds=kinds_of(services), reasons=REASONS, max_words=MAX_WORDS, problems=problems, at=at, one=one,
            next_after=entries[-1].entry.id if entries and not one else 0,
        ), 422 if problems else 200  # fmt: skip

    @web.post("/<int:number>/reports")
    @requires(READ, person=True)
    def report(number: int) -> ResponseReturnValue:
        viewer = current_viewer()
        readable(services, viewer, number)
        form = request.form
        reason, words, comment = form.get("reason", "")[:40], form.get("words", ""), whole_number(form.get("comment", ""))
        try:
            moderation.report(viewer, current_actor(), number, reason=reason, words=words, comment=comment)
        except InvalidInput as error:
            return render_template(
                "experience/report.html", number=number, reason=reason, words=words, comment=comment, reasons=REASONS, max_words=MAX_WORDS,
                problems=problems_of(error),
            ), 422  # fmt: skip
        say(Text("谢谢，审核的人会看。", "Thank you. A moderator will look at it."))
        return redirect(local_path(form["next"]) if form.get("next") else entry_url(number), 303)

    @web.post("/<int:number>/decisions")
    @requires(MODERATE, person=True)
    def decide(number: int) -> ResponseReturnValue:
        form = request.form
        what = form.get("do", "")
        try:
            moderation.decide(
                current_viewer(), current_actor(), number, what, seen=form.get("seen", "")[:40], reason=form.get("reason", "")[:40],
                words=form.get("words", ""), comment=whole_number(form.get("comment", "")),
            )  # fmt: skip
        except InvalidInput as error:
            comment = whole_number(form.get("comment", ""))
            return queue(problems_of(error), f"c{comment}" if comment else f"e{number}")
        say(_DONE[what] if what in DECISIONS else Text("好了", "Done"))
        return redirect(local_path(form["next"]) if form.get("next") else QUEUE, 303)


def whole_number(raw: str) -> int | None:
    """A number of a row as it was sent; None for anything else."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else None
