"""Pages: the statistics of a quiz, the results of one's people, one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, render_template

from kbplatform.sdk import (
    SignInNeeded,
    Text,
    article_url,
    as_csv,
    as_xlsx,
    content_lang,
    current_actor,
    current_viewer,
    may,
    requires,
    sparkline,
    ui_lang,
)
from kbplatform_quizzes.bank import label_of
from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.registry import AUTHOR, RESULTS, TAKE, types_of
from kbplatform_quizzes.statistics import asked as written
from kbplatform_quizzes.statistics import files
from kbplatform_quizzes.statistics.analysis import BINS, MINIMUM
from kbplatform_quizzes.statistics.asked import asked_for
from kbplatform_quizzes.statistics.pictures import scatter, score_bars
from kbplatform_quizzes.statistics.remarks import LETTERS, LEVELS, about_the_quiz, level, remarks
from kbplatform_quizzes.statistics.sample import PART
from kbplatform_quizzes.statistics.service import Figures, figures_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Cell, Services
    from kbplatform_quizzes.statistics.analysis import Item
    from kbplatform_quizzes.statistics.asked import Asked
    from kbplatform_quizzes.statistics.options import OptionRow
    from kbplatform_quizzes.statistics.remarks import Level
    from kbplatform_quizzes.statistics.service import Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ITEMS, PEOPLE, QUIZZES = 5, 30, 25
"""Questions, people and quizzes on a page."""


def add_pages(web: Blueprint, services: Services) -> None:
    """``/q/<key>/statistics``, ``/results``, ``/results/<key>`` and ``/mine``, each with its files."""
    figures = figures_of(services)

    @web.get("/q/<key>/statistics")
    @requires(RESULTS)
    def statistics(key: str) -> ResponseReturnValue:
        return _statistics(services, figures, key)

    @web.get("/q/<key>/statistics.<any(csv, xlsx):kind>")
    @requires(RESULTS)
    def statistics_file(key: str, kind: str) -> ResponseReturnValue:
        return _statistics_file(figures, key, kind)

    @web.get("/results")
    @requires(RESULTS)
    def results() -> ResponseReturnValue:
        return _results(figures)

    @web.get("/results.<any(csv, xlsx):kind>")
    @requires(RESULTS)
    def results_file(kind: str) -> ResponseReturnValue:
        return _results_file(figures, "", kind)

    @web.get("/results/<key>")
    @requires(RESULTS)
    def quiz_results(key: str) -> ResponseReturnValue:
        return _quiz_results(figures, key)

    @web.get("/results/<key>.<any(csv, xlsx):kind>")
    @requires(RESULTS)
    def quiz_results_file(key: str, kind: str) -> ResponseReturnValue:
        return _results_file(figures, key, kind)

    @web.get("/mine")
    @requires(TAKE, person=True)
    def mine() -> ResponseReturnValue:
        return _mine(figures, _somebody())

    @web.get("/mine.csv")
    @requires(TAKE, person=True)
    def mine_file() -> ResponseReturnValue:
        found = figures.mine(current_viewer(), _somebody())
        return _file("my-results", "csv", files.heading(files.MINE, ui_lang()), files.my_rows(found, ui_lang()))


def _somebody() -> int:
    """Who is asking. Raises SignInNeeded for nobody in particular."""
    person = current_viewer().id
    if person is None:
        raise SignInNeeded(Text("请先登录，才有自己的成绩", "Sign in first: nobody in particular has no results"))
    return person


def _file(name: str, kind: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        return Response(as_csv(heading, rows), mimetype="text/csv", headers=headers)
    return Response(as_xlsx(name, heading, rows), mimetype=XLSX, headers=headers)


# ---------------------------------------------------------------------- a quiz's statistics


def _statistics(services: Services, figures: Figures, key: str) -> ResponseReturnValue:
    asked, keys, lang = asked_for(), may(AUTHOR), ui_lang()
    report = figures.statistics(current_viewer(), figures.quiz(current_viewer(), key, drafts=keys), asked.wanted)
    stats = report.statistics
    items = sorted(stats.items, key=_trouble)
    first = (asked.page - 1) * ITEMS
    return render_template(
        "quizzes/statistics/quiz.html", quiz=report.quiz, stats=stats, whole=stats.whole, minimum=MINIMUM,
        asked=asked, problems=_problems(asked), teams=report.seen.teams, **_pages(asked, len(items), ITEMS), **_writing(),
        items=[_card(services, report, item, keys=keys) for item in items[first : first + ITEMS]], total=len(items),
        bars=score_bars(stats.whole.bins) if stats.whole else "", dots=scatter(items) if stats.whole else "",
        bins=[(100 * i // BINS, 100 * (i + 1) // BINS, n) for i, n in enumerate(stats.whole.bins)] if stats.whole else [],
        words=[t.in_(lang) for t in about_the_quiz(stats)], keys=keys, part_size=PART,
    ), 422 if asked.problems else 200  # fmt: skip


def _trouble(item: Item) -> tuple[int, float]:
    """What needs a look comes first, what nothing can be said of comes last."""
    how, figures = level(item), item.figures
    if how is None or figures is None:
        return len(LEVELS), -item.n
    return LEVELS.index(how), figures.discrimination if figures.discrimination is not None else 101.0


@dataclass(frozen=True, slots=True)
class Card:
    """What the page shows of a question; ``stem`` and what leads to it are empty where its article isn't for this reader."""

    item: Item
    level: Level | None
    stem: str
    kind: str
    remarks: tuple[tuple[Level, str], ...]
    options: tuple[tuple[str, str, OptionRow], ...]
    bank: str
    article: str


def _card(services: Services, report: Report, item: Item, *, keys: bool) -> Card:
    """``keys`` shows options and what tells about the key."""
    question, slug, lang = item.wording.question, item.wording.slug, content_lang()
    known = slug in report.readable
    rows = item.figures.options if item.figures and keys and known else ()
    return Card(
        item=item,
        level=level(item),
        stem=worded(question.stem, lang) if known else "",
        kind=label_of(question.body.kind, types_of(services)).in_(ui_lang()),
        remarks=tuple((r.level, r.text.in_(ui_lang())) for r in remarks(item, keys=keys and known)),
        options=tuple((letter, worded(row.text, lang), row) for letter, row in zip(LETTERS, rows, strict=False)),
        bank=f"/p/quizzes/bank/{slug}/{question.id}" if keys and known else "",
        article=article_url("practice", slug, lang, question.section) if known else "",
    )


def _statistics_file(figures: Figures, key: str, kind: str) -> Response:
    keys, lang = may(AUTHOR), ui_lang()
    report = figures.statistics(current_viewer(), figures.quiz(current_viewer(), key, drafts=keys), asked_for().wanted)
    columns = files.ITEMS + (files.OPTIONS if keys else ())
    return _file(f"{report.quiz.key}-statistics", kind, files.heading(columns, lang), files.item_rows(report, lang, keys=keys))


# ---------------------------------------------------------------------- results of people


def _results(figures: Figures) -> ResponseReturnValue:
    asked = asked_for()
    found = figures.results(current_viewer(), asked.wanted)
    quizzes, people = found.quizzes(), found.people()
    pages = _pages(asked, max(len(people), len(quizzes) * PEOPLE // QUIZZES), PEOPLE)
    first, quiz_first = (asked.page - 1) * PEOPLE, (asked.page - 1) * QUIZZES
    return render_template(
        "quizzes/statistics/results.html", quizzes=quizzes[quiz_first : quiz_first + QUIZZES], people=people[first : first + PEOPLE],
        found=found, asked=asked, problems=_problems(asked), teams=found.seen.teams, **pages, **_writing(),
    ), 422 if asked.problems else 200  # fmt: skip


def _quiz_results(figures: Figures, key: str) -> ResponseReturnValue:
    asked, viewer = asked_for(), current_viewer()
    quiz = figures.quiz(viewer, key, drafts=may(AUTHOR))
    found = figures.results(viewer, asked.wanted, quiz.key)
    names = {m.id: m.name for m in found.seen.members}
    order = {number: at for at, number in enumerate(names)}
    lines = sorted((s for s in found.standings if s.user_id in names), key=lambda s: order[s.user_id or 0])
    first = (asked.page - 1) * PEOPLE
    taken = {s.user_id for s in found.standings}
    return render_template(
        "quizzes/statistics/quiz_results.html", quiz=quiz, lines=lines[first : first + PEOPLE], names=names, found=found,
        summary=next(iter(found.quizzes()), None), absent=[m.name for m in found.seen.members if m.id not in taken],
        asked=asked, problems=_problems(asked), teams=found.seen.teams, **_pages(asked, len(lines), PEOPLE), **_writing(),
    ), 422 if asked.problems else 200  # fmt: skip


def _results_file(figures: Figures, key: str, kind: str) -> Response:
    viewer, lang = current_viewer(), ui_lang()
    quiz = figures.quiz(viewer, key, drafts=may(AUTHOR)).key if key else ""
    found = figures.exported(viewer, current_actor(), asked_for().wanted, quiz)
    return _file(f"{quiz or 'quizzes'}-results", kind, files.heading(files.PEOPLE, lang), files.people_rows(found, lang))


# ---------------------------------------------------------------------- one's own


def _mine(figures: Figures, person: int) -> ResponseReturnValue:
    asked, lang = asked_for(), content_lang()
    found = figures.mine(current_viewer(), person)
    first = (asked.page - 1) * QUIZZES
    shown = found.quizzes[first : first + QUIZZES]
    lines = {q.key: sparkline([a.percent for a in q.attempts if a.percent is not None]) for q in shown}
    wrong = [(w, worded(w.stored.question.stem, lang), article_url("practice", w.stored.slug, lang, w.stored.question.section)) for w in found.wrong]
    return render_template(
        "quizzes/statistics/mine.html", found=found, quizzes=shown, lines=lines, wrong=wrong if asked.page == 1 else [],
        passed_count=sum(q.passed is True for q in found.quizzes), **_pages(asked, len(found.quizzes), QUIZZES), **_writing(), asked=asked,
    )  # fmt: skip


def _problems(asked: Asked) -> dict[str, str]:
    return {name: text.in_(ui_lang()) for name, text in asked.problems.items()}


def _pages(asked: Asked, total: int, size: int) -> dict[str, object]:
    pages = max(1, -(-total // size))
    return {"pages": pages, "previous": asked.query(page=asked.page - 1), "following": asked.query(page=asked.page + 1)}


def _writing() -> dict[str, object]:
    lang = ui_lang()
    return {
        "number": written.number, "percent": written.percent, "share": written.share, "lasting": lambda s: written.lasting(s, lang), "worded": worded,
    }  # fmt: skip
