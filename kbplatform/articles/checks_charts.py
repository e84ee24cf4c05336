"""What ``content check`` says of charts: those that can't be drawn, and those that are too many for one text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbplatform.articles.documents import Document
from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import Problem
from kbplatform.rendering.caps import MAX_CHART_CELLS
from kbplatform.rendering.charts import FENCE, BrokenChart, ChartBudget, parse_chart

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENS = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?[ \t]*\.?([\w-]*)")


def check_charts(d: Document) -> Iterator[Problem]:
    """A broken chart is an error at the line that is wrong; the first that is too much for the text is warned of."""
    budget, told = ChartBudget(), False
    for number, source in _fences(d):
        if not budget.allows(source):
            if not told:
                message = Text(
                    f"图表加起来超过 {MAX_CHART_CELLS} 格，从这里起按文字显示：请把这一篇拆短",
                    f"the charts come to more than {MAX_CHART_CELLS} cells; from here on they are shown as text: split this one",
                )
                yield Problem(d.path, number, message, "warning")
            told = True
            continue
        try:
            parse_chart(source)
        except BrokenChart as broken:
            yield Problem(d.path, number + broken.line, broken.reason)


def _fences(d: Document) -> Iterator[tuple[int, str]]:
    """Each chart's fence: the line of the file it opens on, and its body."""
    fence, kind, opened, body = "", "", 0, list[str]()
    for number, line in enumerate(d.body.split("\n"), d.body_line):
        if fence:
            if line.strip(" \t>") == fence:
                if kind == FENCE:
                    yield opened, "\n".join(body)
                fence = ""
            else:
                body.append(line)
        elif match := _OPENS.match(line):
            fence, kind, opened, body = match[1], match[2], number, []
