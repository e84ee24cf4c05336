"""Pages for leads: what experience says, and the same as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request

from kbplatform.sdk import as_csv, content_lang, current_viewer, curves, may, requires, ui_lang
from kbplatform_experience.insight.service import WINDOWS, insight, share
from kbplatform_experience.registry import INSIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Cell, Services
    from kbplatform_experience.insight.service import Insight

COLUMNS = {
    "zh": ("文章", "编号", "经验", "没走通", "想请教", "人数", "用过", "管用", "不管用", "感谢", "已写进文章"),
    "en": ("article", "number", "entries", "failed", "questions", "writers", "uses", "helped", "did_not_help", "thanks", "in_article"),
}


def add_pages(web: Blueprint, services: Services) -> None:
    """``/insight`` and ``/insight.csv``."""

    @web.get("/insight")
    @requires(INSIGHT, person=True)
    def insight_page() -> ResponseReturnValue:
        found, days = _asked(services)
        written, used = [[n for _, n, _ in found.weeks]], [[n for _, _, n in found.weeks]]
        lines = curves([written[0], used[0]])
        most = max((row.entries for row in found.practices), default=0)
        return render_template(
            "experience/insight.html", found=found, days=days, windows=WINDOWS, lines=lines, most=most, share=share,
            may_propose=may("articles.propose"),
        )  # fmt: skip

    @web.get("/insight.csv")
    @requires(INSIGHT, person=True)
    def insight_file() -> ResponseReturnValue:
        found, days = _asked(services)
        headers = {"Content-Disposition": f'attachment; filename="experience-{days or "all"}.csv"'}
        return Response(as_csv(COLUMNS[ui_lang()], _rows(found)), mimetype="text/csv", headers=headers)


def _asked(services: Services) -> tuple[Insight, int]:
    raw = request.args.get("days", "90")
    days = int(raw) if raw in {str(d) for d in WINDOWS} else 90
    return insight(services.db, current_viewer(), content_lang(), days=days), days


def _rows(found: Insight) -> Iterator[tuple[Cell, ...]]:
    for r in found.practices:
        title, number = (r.card.title, r.card.number or "") if r.card else ("", "")
        yield (title, number, r.entries, r.failed, r.questions, r.writers, r.uses, r.helped, r.useless, r.thanks, r.in_article)
