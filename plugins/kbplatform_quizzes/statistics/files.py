"""Statistics and results as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kbplatform.sdk import Text
from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.statistics.asked import share
from kbplatform_quizzes.statistics.remarks import remarks

if TYPE_CHECKING:
    from datetime import datetime

    from kbplatform.sdk import Cell, Lang
    from kbplatform_quizzes.statistics.analysis import Item
    from kbplatform_quizzes.statistics.mine import Mine
    from kbplatform_quizzes.statistics.results import Results
    from kbplatform_quizzes.statistics.service import Report

Columns = tuple[Text, ...]
ITEMS: Columns = (
    Text("文章", "Article"), Text("题号", "Question"), Text("题干", "Stem"), Text("版本", "Version"), Text("人数", "Attempts"),
    Text("易度（0–1）", "Facility index (0–1)"), Text("标准差（%）", "Standard deviation (%)"), Text("区分度", "Discrimination index"),
    Text("区分效率", "Discriminative efficiency"), Text("有效权重（%）", "Effective weight (%)"), Text("未作答（0–1）", "Unanswered (0–1)"),
    Text("有把握却答错（0–1）", "Sure and wrong (0–1)"), Text("用时中位数（秒）", "Time, median (s)"), Text("说明", "In words"),
)  # fmt: skip
OPTIONS: Columns = (Text("各选项：选的人（高分组，低分组）", "Options: chosen by (upper, lower third)"),)
PEOPLE: Columns = (
    Text("姓名", "Name"), Text("团队", "Teams"), Text("测验编号", "Quiz key"), Text("测验", "Quiz"), Text("次数", "Attempts"),
    Text("成绩（%）", "Result (%)"), Text("通过", "Passed"), Text("待批改", "Waiting for marking"), Text("有把握却答错", "Sure and wrong"),
    Text("最近一次（UTC）", "Last (UTC)"),
)  # fmt: skip
MINE: Columns = (
    Text("测验编号", "Quiz key"), Text("测验", "Quiz"), Text("第几次", "Attempt"), Text("开始（UTC）", "Started (UTC)"),
    Text("交卷（UTC）", "Ended (UTC)"), Text("成绩（%）", "Result (%)"), Text("通过", "Passed"), Text("待批改", "Waiting for marking"),
)  # fmt: skip
_YES, _NO, _ERASED = Text("是", "yes"), Text("否", "no"), Text("（已注销或离开）", "(erased or gone)")


def heading(columns: Columns, lang: Lang) -> list[str]:
    """Names of the columns."""
    return [c.in_(lang) for c in columns]


def item_rows(report: Report, lang: Lang, *, keys: bool) -> Iterator[list[Cell]]:
    """A row for each question the reader may know of, empty cells below ten attempts. ``keys`` adds what tells about the key."""
    for item in report.statistics.items:
        question = item.wording.question
        if item.wording.slug not in report.readable:
            continue
        row: list[Cell] = [item.wording.slug, question.id, worded(question.stem, lang), item.version, item.n, *_figures(item)]
        row.append(" ".join(r.text.in_(lang) for r in remarks(item, keys=keys)))
        yield row + ([_options(item, lang)] if keys else [])


def _figures(item: Item) -> Sequence[Cell]:
    f = item.figures
    if f is None:
        return [None] * 8
    return [f.facility, f.deviation, f.discrimination, f.efficiency, f.weight, f.unanswered, f.sure_and_wrong, f.seconds]


def _options(item: Item, lang: Lang) -> str:
    rows = item.figures.options if item.figures else ()
    return "; ".join(
        f"{'✓ ' if r.right else ''}{worded(r.text, lang)}: {r.chosen}"
        + ("" if r.upper is None else f" ({share(r.upper)}, {share(r.lower)})") for r in rows
    )  # fmt: skip


def people_rows(found: Results, lang: Lang) -> Iterator[list[Cell]]:
    """A row for each person and quiz, people by name; then those who are here no more."""
    members = {m.id: m for m in found.seen.members}
    order = {number: at for at, number in enumerate(members)}
    for s in sorted(found.standings, key=lambda s: (order.get(s.user_id or 0, len(order)), s.quiz)):
        member = members.get(s.user_id or 0)
        teams = ", ".join(sorted(found.seen.teams.get(key, key) for key in member.teams)) if member else ""
        yield [
            member.name if member else _ERASED.in_(lang), teams, s.quiz, worded(found.titles[s.quiz], lang), s.finished, s.percent,
            _truth(s.passed, lang), s.waiting, s.sure_and_wrong, _moment(s.last),
        ]  # fmt: skip


def my_rows(found: Mine, lang: Lang) -> Iterator[list[Cell]]:
    """A row for each attempt."""
    for quiz in found.quizzes:
        for a in quiz.attempts:
            title = worded(quiz.title, lang)
            yield [quiz.key, title, a.number, _moment(a.started_at), _moment(a.ended_at), a.percent, _truth(a.passed, lang), a.waiting]


def _truth(value: bool | None, lang: Lang) -> str:
    return "" if value is None else (_YES if value else _NO).in_(lang)


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""
