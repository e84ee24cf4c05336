"""Pages: asking for what search could not answer, and the list that editors and leads work through."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from kbplatform.accounts.audit import record
from kbplatform.accounts.permissions import GAPS, READ
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, TooMany
from kbplatform.insights.forms import answer_url, current_asker, target_of
from kbplatform.insights.gaps import DECLINED, OPEN, STATES
from kbplatform.insights.service import MOST_REASON, PAGE_SIZE
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.forms import problems_of, say, typed
from kbplatform.web.i18n import content_lang, local_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from kbplatform.articles.pages import ArticleCard
    from kbplatform.articles.service import ArticleService
    from kbplatform.db import Database
    from kbplatform.insights.gaps import Asked, GapView
    from kbplatform.insights.service import Gaps
    from kbplatform.search.service import SearchService

MAX_PAGE = 10_000
_CANDIDATE_KINDS = ("article", "handbook")
_WORDINGS_SHOWN = 5
_DONE = {
    "answer": Text("已记为有答案。以后再有人求助，它会重新打开。", "Marked as answered. It opens again when somebody asks once more."),
    "decline": Text("已记为不做，求助的人会看到理由。", "Declined. Whoever asks is shown the reason."),
    "merge": Text("已合并，次数算在一起。", "Merged: they count together now."),
    "reopen": Text("已重新打开。", "Open again."),
}


def make_blueprint(db: Database, gaps: Gaps, articles: ArticleService, search: SearchService) -> Blueprint:
    """``/gaps`` takes questions; ``/insights/gaps`` lists them, ``/insights/gaps/<id>`` is one of them."""
    blueprint = Blueprint("insights", __name__, template_folder="templates")

    @blueprint.post("/gaps")
    @requires(READ)
    def ask() -> ResponseReturnValue:
        return _ask(gaps, articles, live=bool(request.args.get("fragment")))

    @blueprint.get("/insights/gaps")
    @requires(GAPS)
    def listing() -> ResponseReturnValue:
        state, sort, page = _state(), "recent" if request.args.get("sort") == "recent" else "asked", _page()
        found = gaps.page(state=state, sort=sort, page=page)
        pages = -(-found.total // PAGE_SIZE)
        return render_template(
            "insights/gaps.html", gaps=found.gaps, counts=found.counts, states=STATES, state=state, sort=sort, page=page, pages=pages,
            shown=_WORDINGS_SHOWN, answers=_answers(articles, found.gaps), query={"state": state or "all", "sort": sort},
        )  # fmt: skip

    @blueprint.get("/insights/gaps.csv")
    @requires(GAPS)
    def export() -> Response:
        with db.write() as session:
            record(session, current_actor(), "gap.exported", "gap", "", state=_state())
        headers = {"Content-Disposition": 'attachment; filename="content-gaps.csv"'}
        lang, viewer = content_lang(), current_viewer()

        def readable(slugs: Iterable[str]) -> set[str]:
            return {card.slug for card in articles.cards(slugs, lang, viewer)}

        return Response(gaps.as_csv(readable, state=_state()), mimetype="text/csv", headers=headers)

    @blueprint.get("/insights/gaps/<int:gap_id>")
    @requires(GAPS)
    def one(gap_id: int) -> ResponseReturnValue:
        return show(gap_id, {})

    @blueprint.post("/insights/gaps/<int:gap_id>")
    @requires(GAPS)
    def decide(gap_id: int) -> ResponseReturnValue:
        what = typed("do", 10)
        try:
            _decide(gaps, articles, gap_id, what)
        except InvalidInput as error:
            return show(gap_id, problems_of(error), typed_in=what), 422
        say(_DONE[what])
        return redirect(f"/insights/gaps/{gap_id}" if what == "reopen" else "/insights/gaps", 303)

    def show(gap_id: int, problems: dict[str, str], typed_in: str = "") -> str:
        gap = gaps.get(gap_id)
        lang, viewer = content_lang(), current_viewer()
        found = search.search(gap.query, lang=gap.lang, kinds=_CANDIDATE_KINDS, audiences=search.audiences_of(viewer), limit=5)
        return render_template(
            "insights/gap.html", gap=gap, related=gaps.related(gap), candidates=found.hits, answers=_answers(articles, [gap]), problems=problems,
            typed_in=typed_in, values={n: typed(n, 500) for n in ("article", "reason", "into")}, most_reason=MOST_REASON,
            search_url="/search?" + urlencode({"q": gap.query, "lang": lang}),
        )  # fmt: skip

    return blueprint


def _ask(gaps: Gaps, articles: ArticleService, *, live: bool) -> ResponseReturnValue:
    """Record a question; the answer is a piece of the page that sent it (``live``), or a remark on the page to go back to."""
    back = redirect(local_path(typed("next", 2000) or "/"), 303)
    try:
        asked = gaps.ask(typed("query"), lang="en" if typed("lang", 2) == "en" else "zh", asker=current_asker(), context=_context())
    except (InvalidInput, TooMany) as error:
        if live:
            return render_template("insights/_asked.html", trouble=problems_of(error), remedy=error.remedy), error.status
        if isinstance(error, TooMany):
            raise
        say(error.fields[0].message)
        return back
    words, card = _recorded(asked), _answer_of(articles, asked)
    if live:
        url = answer_url(card, asked.answer_section) if card else ""
        return render_template("insights/_asked.html", words=words, answer=card, answer_url=url), 201
    say(Text(f"{words.zh}有人用《{card.title}》回答过。", f"{words.en} It was answered with “{card.title}” before.") if card else words)
    return back


def _decide(gaps: Gaps, articles: ArticleService, gap_id: int, what: str) -> None:
    seen = _number(typed("revision", 10))
    actor = current_actor()
    if what == "answer":
        chosen = typed("article", 500).strip() or typed("candidate", 500)
        target = target_of(chosen, articles, content_lang())
        gaps.answer(actor, gap_id, slug=target.slug, section=target.section, revision=seen)
    elif what == "decline":
        gaps.decline(actor, gap_id, reason=typed("reason"), revision=seen)
    elif what == "merge":
        gaps.merge(actor, gap_id, into=_number(typed("into", 10)) or _number(typed("other", 10)) or 0, revision=seen)
    elif what == "reopen":
        gaps.reopen(actor, gap_id, revision=seen)
    else:
        raise InvalidInput(Text("请选一种处理方式", "Choose what becomes of it"))


def _answers(articles: ArticleService, found: list[GapView] | tuple[GapView, ...]) -> dict[int, tuple[str, str]]:
    """Gap → title and address of its answer, where this reader may read that."""
    slugs = {g.answer_slug for g in found if g.answer_slug}
    cards = {c.slug: c for c in articles.cards(slugs, content_lang(), current_viewer())} if slugs else {}
    return {g.id: (cards[g.answer_slug].title, answer_url(cards[g.answer_slug], g.answer_section)) for g in found if g.answer_slug in cards}


def _answer_of(articles: ArticleService, asked: Asked) -> ArticleCard | None:
    """What answered it before, where this reader may read that."""
    return next(iter(articles.cards([asked.answer_slug], content_lang(), current_viewer())), None) if asked.answer_slug else None


def _recorded(asked: Asked) -> Text:
    first = asked.people == 1
    zh = "已记下，您是第一个问的。" if first else f"已记下，{asked.people} 人问过。"
    en = "Recorded. You are the first to ask." if first else f"Recorded: {asked.people} people have asked."
    if asked.hidden:
        zh, en = zh + "号码没有存。", en + " Numbers were not stored."
    if asked.was == DECLINED:
        zh, en = zh + f"之前定了不做：{asked.reason}", en + f" It was declined before: {asked.reason}"
    return Text(zh, en)


def _context() -> str:
    """Where somebody asked: the call desk says so, all other pages are the search."""
    return "desk" if typed("context", 10) == "desk" else "search"


def _state() -> str:
    asked = request.args.get("state", OPEN)
    return asked if asked in STATES else "" if asked == "all" else OPEN


def _page() -> int:
    return min(max(_number(request.args.get("page", "")[:10]) or 1, 1), MAX_PAGE)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

