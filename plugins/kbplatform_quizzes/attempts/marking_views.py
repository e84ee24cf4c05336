"""Pages of those who mark: what waits, one answer with its rubric, and a regrade with who changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import InvalidInput, Text, content_lang, current_actor, current_viewer, problems_of, requires, say
from kbplatform_quizzes.attempts.marking import MAX_COMMENT, PAGE_SIZE, Markers
from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.registry import MARK, bank_of, regrader_of, sittings_of

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

QUEUE = "/p/quizzes/marking"
_HIDDEN = Text("批好了；评语里的号码、姓名没有存", "Marked; numbers and names were left out of the comment")


def add_pages(web: Blueprint, services: Services) -> None:
    """``/marking``, ``/marking/<attempt>/<position>`` and ``/regrade/<question>``."""
    bank, sittings = bank_of(services), sittings_of(services)
    markers = Markers(services, bank, sittings)
    regrader = regrader_of(services)

    @web.get("/marking")
    @requires(MARK)
    def marking() -> ResponseReturnValue:
        page = request.args.get("page", 1, type=int)
        waiting, total = markers.queue(current_viewer(), page=max(1, page))
        return render_template(
            "quizzes/trainer/marking.html", waiting=waiting, total=total, page=page, pages=-(-total // PAGE_SIZE), worded=worded
        )

    @web.route("/marking/<token>/<int:position>", methods=["GET", "POST"])
    @requires(MARK)
    def mark(token: str, position: int) -> ResponseReturnValue:
        viewer = current_viewer()
        found = markers.look(viewer, token, position, content_lang())
        most = [(c.text, c.points) for c in found.criteria] or [(Text("这个答案对了多少（0 到 1）", "How much of it is right (0 to 1)"), 1.0)]
        form = [f"{p:g}" for p in found.own.points] if found.own else [""] * len(most)
        comment, problems = found.own.comment if found.own else "", {}
        if request.method == "POST":
            form = [request.form.get(f"points.{i}", "")[:20] for i in range(len(most))]
            comment = request.form.get("comment", "")[: MAX_COMMENT + 1].replace("\0", "�")
            try:
                hidden = markers.mark(viewer, current_actor(), token, position, [_number(text) for text in form], comment)
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(_HIDDEN if hidden else Text("批好了", "Marked"))
                rest, _total = markers.queue(viewer, size=1)
                return redirect(f"{QUEUE}/{rest[0].attempt}/{rest[0].position}" if rest else QUEUE, 303)
        context = {"marking": found, "token": token, "most": most, "form": form, "comment": comment, "problems": problems}
        return render_template("quizzes/trainer/mark.html", worded=worded, max_comment=MAX_COMMENT, **context), 422 if problems else 200

    @web.route("/regrade/<int:question>", methods=["GET", "POST"])
    @requires(MARK)
    def regrade(question: int) -> ResponseReturnValue:
        viewer, quiz = current_viewer(), request.values.get("quiz", "")[:80]
        plan = regrader.plan(viewer, question, quiz)
        if request.method == "POST":
            done = regrader.regrade(viewer, current_actor(), question, quiz)
            count = len(done.changes)
            say(Text(f"重判了 {done.looked_at} 份，{count} 份的成绩变了", f"{done.looked_at} marked again; the score of {count} changed"))
            return redirect(request.url, 303)
        with services.db.read() as session:
            present = bank.present(session, [question])
        return render_template("quizzes/trainer/regrade.html", plan=plan, stored=present[0] if present else None, quiz=quiz, worded=worded)


def _number(text: str) -> float:
    """A number as typed; −1, which nothing may be, where it is none."""
    try:
        return float(text.strip().replace("，", ".").replace(",", "."))
    except ValueError:
        return -1.0
