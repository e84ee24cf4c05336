"""Pages: the list of proposals, one of them with what differs, and the form that proposes; credits and links on an article's page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext, ngettext
from markupsafe import Markup

from kbplatform.accounts.permissions import EDIT, PROPOSE
from kbplatform.articles.diff import compare
from kbplatform.articles.meaning import usually_meant
from kbplatform.articles.writing import MOST_SECTION, StoredText, stored_text
from kbplatform.bilingual import Text
from kbplatform.conflicts.service import open_conflicts
from kbplatform.errors import InvalidInput, StaleText
from kbplatform.proposals.checking import MOST_TITLE, MOST_WORDS
from kbplatform.proposals.proposal import OPEN, STATES, Credit, NewProposal
from kbplatform.proposals.reading import PAGE_SIZE, credits_of, page_of, waiting
from kbplatform.web.access import current_actor, current_viewer, may, requires
from kbplatform.web.forms import problems_of, say, typed
from kbplatform.web.i18n import content_lang
from kbplatform.web.panels import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.typing import ResponseReturnValue

    from kbplatform.articles.pages import ArticlePage, SectionPage
    from kbplatform.articles.service import ArticleService
    from kbplatform.db import Database
    from kbplatform.proposals.proposal import State
    from kbplatform.proposals.service import Proposals

    Preview = Callable[[StoredText, str, str], Markup | str]

TABS: dict[str, tuple[State, ...]] = {"open": (OPEN,), "decided": STATES[1:], "mine": ()}
MAX_PAGE = 10_000
_DONE = {
    "accept": Text("已采纳，文章现在就是这样写的。", "Accepted: the article says so now."),
    "decline": Text("没有采纳，提议的人会看到理由。", "Declined. Whoever proposed it is shown the reason."),
    "withdraw": Text("已撤回。", "Withdrawn."),
}


def make_blueprint(db: Database, proposals: Proposals, articles: ArticleService) -> Blueprint:
    """``/proposals`` lists them, ``/proposals/<id>`` is one, ``/articles/<slug>/propose`` makes one, ``/articles/<slug>/preview`` shows its words."""
    blueprint = Blueprint("proposals", __name__, template_folder="templates")
    preview = partial(_preview, articles)

    @blueprint.get("/proposals")
    @requires(PROPOSE, person=True)
    def listing() -> ResponseReturnValue:
        tab = request.args.get("tab", "")
        tab = tab if tab in TABS else OPEN if may(EDIT) else "mine"
        slug, page = request.args.get("article", "")[:80], min(max(_number(request.args.get("page", "")) or 1, 1), MAX_PAGE)
        with db.read() as session:
            found = page_of(session, current_viewer(), editor=may(EDIT), states=TABS[tab], slug=slug, mine=tab == "mine", page=page)
            unsettled = open_conflicts(session, current_viewer()) if may(EDIT) else 0
        pages = -(-found.total // PAGE_SIZE)
        return render_template("proposals/list.html", found=found, tab=tab, tabs=list(TABS), slug=slug, page=page, pages=pages, unsettled=unsettled)

    @blueprint.route("/articles/<slug>/propose", methods=["GET", "POST"])
    @requires(PROPOSE, person=True)
    def propose(slug: str) -> ResponseReturnValue:
        return _propose(db, proposals, preview, slug)

    @blueprint.post("/articles/<slug>/preview")
    @requires(PROPOSE, person=True)
    def section(slug: str) -> ResponseReturnValue:
        with db.read() as session:
            current = stored_text(session, slug, content_lang(), current_viewer())
        key = typed("section", 80)
        shown = preview(current, key, typed("text", MOST_SECTION * 2))
        return render_template("proposals/preview.html", shown=shown, lang=current.lang, key=key)

    _one(blueprint, db, proposals, preview)
    return blueprint


def _one(blueprint: Blueprint, db: Database, proposals: Proposals, preview: Preview) -> None:
    """The page of a proposal, and what is decided there."""
    shown = partial(_show, db, proposals, preview)

    @blueprint.get("/proposals/<int:proposal_id>")
    @requires(PROPOSE, person=True)
    def one(proposal_id: int) -> ResponseReturnValue:
        return shown(proposal_id, {})

    @blueprint.post("/proposals/<int:proposal_id>/preview")
    @requires(EDIT, person=True)
    def look(proposal_id: int) -> ResponseReturnValue:
        return shown(proposal_id, {}, "accept")

    @blueprint.post("/proposals/<int:proposal_id>/<any(accept, decline):what>")
    @requires(EDIT, person=True)
    def decide(proposal_id: int, what: str) -> ResponseReturnValue:
        viewer, actor, version = current_viewer(), current_actor(), _number(typed("version", 10))
        try:
            if what == "accept":
                text, seen = typed("text", MOST_SECTION * 2) if "text" in request.form else None, _number(typed("revision", 10))
                meant = {"yes": True, "no": False}.get(typed("in_meaning", 3))
                proposals.accept(viewer, actor, proposal_id, text=text, revision=seen, words=typed("words"), version=version, in_meaning=meant)
            else:
                proposals.decline(viewer, actor, proposal_id, words=typed("words"), version=version)
        except InvalidInput as error:
            return shown(proposal_id, problems_of(error), what), 422
        except StaleText as error:
            return shown(proposal_id, problems_of(error), what), 409
        say(_DONE[what])
        return redirect(f"/proposals/{proposal_id}", 303)

    @blueprint.post("/proposals/<int:proposal_id>/withdraw")
    @requires(PROPOSE, person=True)
    def withdraw(proposal_id: int) -> ResponseReturnValue:
        proposals.withdraw(current_viewer(), current_actor(), proposal_id)
        say(_DONE["withdraw"])
        return redirect(f"/proposals/{proposal_id}", 303)


def _show(db: Database, proposals: Proposals, preview: Preview, proposal_id: int, problems: dict[str, str], what: str = "") -> str:
    viewer = current_viewer()
    p = proposals.get(viewer, proposal_id, editor=may(EDIT))
    now = proposals.standing(viewer, p) if p.state == OPEN else None
    moved = now is not None and now.changed and now.text is not None
    text = typed("text", MOST_SECTION * 2).replace("\r\n", "\n") if what == "accept" and "text" in request.form else p.text
    shown = None
    if now is not None and now.text is not None and may(EDIT):
        with db.read() as session:
            current = stored_text(session, p.slug, p.lang, viewer)
        shown = preview(current, p.section, text)
    return render_template(
        "proposals/proposal.html", p=p, now=now, moved=moved, problems=problems, typed_in=what, most=MOST_SECTION, most_words=MOST_WORDS,
        diff=compare(p.base_text, p.accepted_text or p.text), since=compare(p.base_text, now.text or "") if now and moved else [],
        edited=bool(p.accepted_text) and p.accepted_text != p.text, credited=_credited(p.credits), text=text, shown=shown,
        words=typed("words") if what else "", meant=typed("in_meaning", 3) or ("yes" if usually_meant(p.section) else "no"),
    )  # fmt: skip


def _preview(articles: ArticleService, current: StoredText, key: str, text: str) -> Markup | str:
    """The section as it would read; in plain words what stands in the way where it can't."""
    try:
        return articles.preview(current, key, text, current_viewer())
    except InvalidInput as error:
        return " ".join(problems_of(error).values())


def _propose(db: Database, proposals: Proposals, preview: Preview, slug: str) -> ResponseReturnValue:
    viewer = current_viewer()
    sent = request.method == "POST"
    key = (typed("section", 80) if sent else request.args.get("section", ""))[:80]
    with db.read() as session:
        current = stored_text(session, slug, content_lang(), viewer)
    piece = current.piece(key)
    problems: dict[str, str] = {}
    if sent and not typed("preview", 1):
        try:
            number = proposals.propose(viewer, current_actor(), _asked(current, key))
        except InvalidInput as error:
            problems = problems_of(error)
        else:
            say(Text("已提交，编辑会看到。", "Sent: the editors see it now."))
            return redirect(f"/proposals/{number}", 303)
    values = {"text": typed("text", MOST_SECTION * 2) if sent else piece.text, "title": typed("title", 500), "unnamed": bool(typed("unnamed", 1))}
    seen = _number(typed("revision", 10)) or current.revision
    return render_template(
        "proposals/propose.html", article=current, section=key, heading=current.heading(key), values=values, revision=seen,
        problems=problems, most=MOST_SECTION, most_title=MOST_TITLE, shown=preview(current, key, str(values["text"])),
    ), 422 if problems else 200  # fmt: skip


def _asked(current: StoredText, key: str) -> NewProposal:
    revision = _number(typed("revision", 10)) or current.revision
    credit = Credit(None if typed("unnamed", 1) else current_viewer().id)
    return NewProposal(current.slug, current.lang, key, revision, typed("text", MOST_SECTION * 2), typed("title", 500), (credit,))


# ---------------------------------------------------------------------- on other pages


def with_credits(db: Database, page: ArticlePage) -> ArticlePage:
    """The article's page with whose experience its sections hold, and where a reader who may proposes other words."""
    with db.read() as session:
        held = credits_of(session, page.slug, page.lang)
    proposing, known = may(PROPOSE), current_viewer().id is not None

    def marked(s: SectionPage) -> SectionPage:
        ours = [c for c in held if c.section == s.id]
        people = [person for c in ours for person in c.credits]
        return replace(
            s, credit=_credited(people, named=known) if people else "", credit_url=f"/proposals/{ours[-1].proposal_id}" if people and known else "",
            propose_url=f"/articles/{page.slug}/propose?section={s.id}&lang={page.lang}" if proposing and known and s.id else "",
        )  # fmt: skip

    face = replace(page.face, **{part: marked(s) for part in ("say", "do", "dont") if (s := getattr(page.face, part))})
    return replace(page, face=face, sections=tuple(marked(s) for s in page.sections))


def waiting_card(db: Database) -> Panel | None:
    """For editors: how many proposals wait."""
    if current_viewer().id is None or not may(EDIT):
        return None
    with db.read() as session:
        count = waiting(session, current_viewer())
    if not count:
        return None
    words = ngettext("1 proposal waits", "%(num)s proposals wait", count)
    return Panel(gettext("Proposed changes"), Markup('<p><a href="/proposals?tab=open">{}</a></p>').format(words), "")


def _credited(people: Sequence[Credit], *, named: bool = True) -> str:
    """Those credited in words: names once each, then how many stay without one."""
    names = list(dict.fromkeys(c.name for c in people if c.name)) if named else []
    left = sum(c.erased for c in people)
    unnamed = sum(not c.name and not c.erased for c in people)
    if not named:
        unnamed, left = len({c.user_id for c in people if c.user_id}) + unnamed + left, 0
    words = [*names]
    if unnamed:
        words.append(ngettext("a colleague", "%(num)s colleagues", unnamed))
    if left:
        words.append(ngettext("somebody who has left", "%(num)s people who have left", left))
    return str(gettext(", ")).join(words)


def _number(text: str) -> int | None:
    text = text.strip()[:10]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
