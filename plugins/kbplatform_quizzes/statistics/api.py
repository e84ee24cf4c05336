"""The JSON of statistics and results."""

# Annotations are read by flask-openapi3 when a route is made: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import date, datetime

from flask import Response, jsonify
from pydantic import BaseModel, Field

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, content_lang, current_viewer, may, requires, ui_lang
from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.registry import AUTHOR, RESULTS, TAKE
from kbplatform_quizzes.statistics.analysis import Item, Whole
from kbplatform_quizzes.statistics.mine import QuizOverTime
from kbplatform_quizzes.statistics.remarks import remarks
from kbplatform_quizzes.statistics.results import QuizLine, Results, Standing
from kbplatform_quizzes.statistics.service import Report, Wanted, figures_of

PAGE_SIZE = 100
"""People of a page of results."""


class QuizPath(BaseModel):
    """Which quiz."""

    key: str = Field(max_length=80)


class ScopeQuery(QueryModel):
    """Whose attempts, ended on which days (UTC)."""

    team: str = Field("", max_length=100, description="Key of a team; all one sees where it is left out.")
    since: date | None = Field(None, ge=date(2000, 1, 1), le=date(2199, 12, 31))
    until: date | None = Field(None, ge=date(2000, 1, 1), le=date(2199, 12, 31))


class ResultsQuery(ScopeQuery):
    """As above, by pages of a hundred."""

    page: int = Field(1, ge=1, le=100_000)


class StatisticsQuery(ScopeQuery):
    """As above; ``apart`` shows each wording of a question by itself, ``part`` 2 is of the 2,000 first attempts before the newest 2,000."""

    apart: bool = False
    part: int = Field(1, ge=1, le=100_000)


class WholeOut(BaseModel):
    """Figures of the quiz; scores, ``cic`` (Cronbach's alpha), ``error_ratio`` and ``standard_error`` in percent, ``passed`` from 0 to 1."""

    mean: float | None
    median: float | None
    standard_deviation: float | None
    skewness: float | None
    kurtosis: float | None
    cic: float | None
    error_ratio: float | None
    standard_error: float | None
    passed: float
    seconds: float | None = Field(description="Median time without pauses.")
    bins: list[int] = Field(description="Scores by tens from 0; 100 is in the last.")


class OptionOut(BaseModel):
    """An option: who chose it. Shares from 0 to 1."""

    text: str
    right: bool
    chosen: int
    share: float
    upper_third: float | None
    lower_third: float | None


class ItemOut(BaseModel):
    """A question. Figures are null below ten attempts; ``options`` is null for those who don't write questions.

    ``facility``, ``unanswered`` and ``sure_and_wrong`` from 0 to 1, ``seconds`` is a median, the others in percent.
    """

    slug: str
    question: str
    version: str
    wordings: int
    stem: str
    n: int
    missing: int
    facility: float | None
    standard_deviation: float | None
    discrimination_index: float | None
    discriminative_efficiency: float | None
    effective_weight: float | None
    unanswered: float | None
    sure_and_wrong: float | None
    seconds: float | None = Field(description="From what was sent before until this was sent; a stretch counts five minutes at most.")
    remarks: list[str]
    options: list[OptionOut] | None


class StatisticsOut(BaseModel):
    """First attempts at a quiz that are done and marked: ``n`` of this part, ``total`` in all; ``missing`` more are needed for figures."""

    quiz: str
    n: int
    total: int
    missing: int
    waiting: int
    whole: WholeOut | None
    items: list[ItemOut]


class PersonOut(BaseModel):
    """How somebody stands in a quiz. ``person`` and ``name`` are null for those who were erased or have left."""

    person: int | None
    name: str | None
    quiz: str
    attempts: int
    percent: float | None
    passed: bool | None
    waiting: int
    sure_and_wrong: int
    last: datetime | None


class QuizLineOut(BaseModel):
    """A quiz over the people one sees; ``taken`` and ``passed`` count people."""

    quiz: str
    title: str
    taken: int
    passed: int
    median: float | None
    waiting: int
    sure_and_wrong: int


class ResultsOut(BaseModel):
    """Results of the people of one's own teams; of everybody for the owner. ``quizzes`` count all; ``people`` are those of the page.

    ``total`` counts how somebody stands in a quiz, over all ``pages``.
    """

    quizzes: list[QuizLineOut]
    people: list[PersonOut]
    total: int
    page: int
    pages: int


class QuizResultsOut(BaseModel):
    """Results of one quiz, people by name. ``summary`` is null while nobody took it; ``absent`` counts one's people who didn't.

    ``nameless`` are people who were erased or have left: they count in the summary and are listed last, without a name.
    """

    quiz: str
    summary: QuizLineOut | None
    people: list[PersonOut]
    absent: int
    nameless: int
    total: int
    page: int
    pages: int


class AttemptOut(BaseModel):
    """A finished attempt of one's own; ``percent`` and ``passed`` are null while an answer waits for a person."""

    token: str
    number: int
    started_at: datetime
    ended_at: datetime
    percent: float | None
    passed: bool | None
    waiting: int


class MyQuizOut(BaseModel):
    """A quiz with one's finished attempts in their order, and what counts of them."""

    quiz: str
    title: str
    practice: str | None
    percent: float | None
    passed: bool | None
    attempts: list[AttemptOut]


class WrongOut(BaseModel):
    """A question one was sure of and had wrong, with the section that answers it."""

    slug: str
    section: str
    stem: str
    attempt: str
    at: datetime


class MineOut(BaseModel):
    """One's own results."""

    quizzes: list[MyQuizOut]
    sure_and_wrong: list[WrongOut]


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/q/<key>/statistics``, ``/q/<key>/results``, ``/results``, ``/mine``."""
    figures = figures_of(services)

    @api.get("/q/<key>/statistics", responses={200: StatisticsOut})
    @requires(RESULTS)
    def statistics(path: QuizPath, query: StatisticsQuery) -> Response:
        """How good a quiz and its questions are, by the first attempts of the people one sees."""
        viewer = current_viewer()
        wanted = Wanted(query.team, query.since, query.until, query.apart, query.part)
        report = figures.statistics(viewer, figures.quiz(viewer, path.key, drafts=may(AUTHOR)), wanted)
        return jsonify(_statistics(report, keys=may(AUTHOR)).model_dump(mode="json"))

    @api.get("/results", responses={200: ResultsOut})
    @requires(RESULTS)
    def results(query: ResultsQuery) -> Response:
        """The results of the people one sees, in all quizzes."""
        found = figures.results(current_viewer(), Wanted(query.team, query.since, query.until))
        return jsonify(_results(found, query.page).model_dump(mode="json"))

    @api.get("/q/<key>/results", responses={200: QuizResultsOut})
    @requires(RESULTS)
    def quiz_results(path: QuizPath, query: ResultsQuery) -> Response:
        """The results of the people one sees, in one quiz."""
        viewer = current_viewer()
        quiz = figures.quiz(viewer, path.key, drafts=may(AUTHOR))
        found = figures.results(viewer, Wanted(query.team, query.since, query.until), quiz.key)
        return jsonify(_quiz_results(found, quiz.key, query.page).model_dump(mode="json"))

    @api.get("/mine", responses={200: MineOut})
    @requires(TAKE, person=True)
    def mine() -> Response:
        """One's own results."""
        viewer = current_viewer()
        assert viewer.id is not None  # noqa: S101 - the route is for a person
        found = figures.mine(viewer, viewer.id)
        wrong = [
            WrongOut(
                slug=w.stored.slug, section=w.stored.question.section, stem=worded(w.stored.question.stem, content_lang()), attempt=w.token, at=w.at,
            ) for w in found.wrong
        ]  # fmt: skip
        return jsonify(MineOut(quizzes=[_mine(q) for q in found.quizzes], sure_and_wrong=wrong).model_dump(mode="json"))


def _statistics(report: Report, *, keys: bool) -> StatisticsOut:
    stats = report.statistics
    items = [_item(item, keys=keys) for item in stats.items if item.wording.slug in report.readable]
    whole = _whole(stats.whole) if stats.whole else None
    return StatisticsOut(quiz=report.quiz.key, n=stats.n, total=stats.total, missing=stats.missing, waiting=stats.waiting, whole=whole, items=items)


def _whole(whole: Whole) -> WholeOut:
    return WholeOut(
        mean=whole.mean, median=whole.median, standard_deviation=whole.deviation, skewness=whole.skewness, kurtosis=whole.kurtosis, cic=whole.cic,
        error_ratio=whole.error_ratio, standard_error=whole.standard_error, passed=whole.passed, seconds=whole.seconds, bins=list(whole.bins),
    )  # fmt: skip


def _item(item: Item, *, keys: bool) -> ItemOut:
    f, question, lang = item.figures, item.wording.question, content_lang()
    options = [
        OptionOut(text=worded(r.text, lang), right=r.right, chosen=r.chosen, share=r.share, upper_third=r.upper, lower_third=r.lower)
        for r in (f.options if f else ())
    ]
    return ItemOut(
        slug=item.wording.slug, question=question.id, version=item.version, wordings=item.wordings, stem=worded(question.stem, lang),
        n=item.n, missing=item.missing, facility=f.facility if f else None, standard_deviation=f.deviation if f else None,
        discrimination_index=f.discrimination if f else None, discriminative_efficiency=f.efficiency if f else None,
        effective_weight=f.weight if f else None, unanswered=f.unanswered if f else None, sure_and_wrong=f.sure_and_wrong if f else None,
        seconds=f.seconds if f else None, remarks=[r.text.in_(ui_lang()) for r in remarks(item, keys=keys)], options=options if keys else None,
    )  # fmt: skip


def _results(found: Results, page: int) -> ResultsOut:
    people, pages = _page(found, found.standings, page)
    return ResultsOut(quizzes=[_line(q) for q in found.quizzes()], people=people, total=len(found.standings), page=page, pages=pages)


def _quiz_results(found: Results, quiz: str, page: int) -> QuizResultsOut:
    order = {m.id: at for at, m in enumerate(found.seen.members)}
    standings = sorted(found.standings, key=lambda s: order.get(s.user_id or 0, len(order)))
    people, pages = _page(found, standings, page)
    line = next(iter(found.quizzes()), None)
    return QuizResultsOut(
        quiz=quiz, summary=_line(line) if line else None, people=people, absent=len(order.keys() - {s.user_id for s in standings}),
        nameless=found.nameless, total=len(standings), page=page, pages=pages,
    )  # fmt: skip


def _page(found: Results, standings: Sequence[Standing], page: int) -> tuple[list[PersonOut], int]:
    """The people of a page, and how many pages there are."""
    names, first = {m.id: m.name for m in found.seen.members}, (page - 1) * PAGE_SIZE
    return [_person(s, names) for s in standings[first : first + PAGE_SIZE]], -(-len(standings) // PAGE_SIZE)


def _line(q: QuizLine) -> QuizLineOut:
    return QuizLineOut(
        quiz=q.key, title=worded(q.title, ui_lang()), taken=q.taken, passed=q.passed, median=q.median, waiting=q.waiting,
        sure_and_wrong=q.sure_and_wrong,
    )  # fmt: skip


def _person(s: Standing, names: dict[int, str]) -> PersonOut:
    name = names.get(s.user_id or 0)
    return PersonOut(
        person=s.user_id if name else None, name=name, quiz=s.quiz, attempts=s.finished, percent=s.percent, passed=s.passed, waiting=s.waiting,
        sure_and_wrong=s.sure_and_wrong, last=s.last,
    )  # fmt: skip


def _mine(q: QuizOverTime) -> MyQuizOut:
    attempts = [
        AttemptOut(
            token=a.token, number=a.number, started_at=a.started_at, ended_at=a.ended_at, percent=a.percent, passed=a.passed, waiting=a.waiting,
        ) for a in q.attempts
    ]  # fmt: skip
    return MyQuizOut(quiz=q.key, title=worded(q.title, ui_lang()), practice=q.practice, percent=q.percent, passed=q.passed, attempts=attempts)
