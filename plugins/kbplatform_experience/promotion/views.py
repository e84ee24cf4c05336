"""Pages: putting entries into the article, as a proposal that an editor decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import PROPOSE, ArticleService, InvalidInput, Text, current_actor, current_viewer, problems_of, requires, say
from kbplatform_experience.moderation.views import whole_number
from kbplatform_experience.promotion.service import MOST_ENTRIES, plan, promote

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

MAX_TEXT, MAX_TITLE = 20_000, 120


def add_pages(web: Blueprint, services: Services) -> None:
    """``/promote?entry=1&entry=2``."""
    articles = ArticleService(services.db)

    @web.route("/promote", methods=["GET", "POST"])
    @requires(PROPOSE, person=True)
    def promote_page() -> ResponseReturnValue:
        viewer, problems = current_viewer(), {}
        numbers = [n for raw in request.values.getlist("entry")[: MOST_ENTRIES + 1] if (n := whole_number(raw))]
        planned = plan(services, viewer, numbers, section=request.values.get("section", "")[:80], lang=request.values.get("lang", "")[:2])
        form = {"text": planned.suggestion, "title": planned.entries[0].lesson[:MAX_TITLE]}
        if request.method == "POST" and request.form.get("do") != "section":
            form = {"text": request.form.get("text", "")[: MAX_TEXT + 1], "title": request.form.get("title", "")[: MAX_TITLE + 1]}
            try:
                revision = whole_number(request.form.get("revision", "")) or planned.revision
                made = promote(services, viewer, current_actor(), planned, revision=revision, **form)
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(Text("提上去了，编辑会来看。谢谢。", "Proposed: an editor will look at it. Thank you."))
                return redirect(f"/proposals/{made}", 303)
        card = articles.cards([planned.slug], planned.lang, viewer)[0]
        return render_template(
            "experience/promote.html", plan=planned, card=card, form=form, problems=problems, max_title=MAX_TITLE
        ), 422 if problems else 200
