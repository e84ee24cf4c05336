"""Pages of reading: the feed, one entry with what colleagues say of it, what one was told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template, request

from kbplatform.sdk import (
    ArticleService,
    Conflict,
    InvalidInput,
    Text,
    TooMany,
    content_lang,
    current_viewer,
    local_path,
    problems_of,
    requires,
    say,
    sections_of,
    team_names,
)
from kbplatform_experience.moderation.service import MAX_WORDS, REASONS
from kbplatform_experience.reach import SHOWN
from kbplatform_experience.reading.following import Followed, Following
from kbplatform_experience.reading.notices import Notices
from kbplatform_experience.reading.reacting import MAX_COMMENT, MAX_RESULT, Reacting
from kbplatform_experience.reading.service import Reading, Wanted, light
from kbplatform_experience.registry import READ, WRITE, entry_url, kinds_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

HOME = "/p/experience/"
NOTICES = "/p/experience/notices"
_NARROWING = ("slug", "section", "team", "tag", "kind", "lang")
_THANKED = {"thanks": Text("谢谢说到了，写的人会看到", "Said. The writer sees it"), "used": Text("记下了，写的人会看到", "Noted. The writer sees it")}


def make_blueprint(services: Services) -> Blueprint:
    """The pages under ``/p/experience/``."""
    web = Blueprint("experience", __name__)
    _feed(web, services)
    _entry(web, services)
    _doing(web, services)
    _notices(web, services)
    return web


def _feed(web: Blueprint, services: Services) -> None:
    reading, notices, articles = Reading(services.db), Notices(services.db), ArticleService(services.db)

    @web.get("/")
    @requires(READ, person=True)
    def index() -> ResponseReturnValue:
        viewer, lang = current_viewer(), content_lang()
        wanted, tab = _wanted()
        named = articles.cards([wanted.slug], lang, viewer) if wanted.slug else []
        sections = reading.sections(named[0]) if named else {}
        if named and wanted.section not in sections and not reading.has_section(wanted):
            wanted = replace(wanted, section="")  # of another article, chosen before this one was
        feed = light(reading.feed(viewer, lang, wanted), wanted.order)
        practices, _total = articles.listing("practice", lang, viewer, limit=100)
        asked = {name: getattr(wanted, name) for name in _NARROWING if getattr(wanted, name)}
        with services.db.read() as session:
            teams = team_names(session, viewer.teams | feed.followed.teams | ({wanted.team} if wanted.team else set()))
        return render_template(
            "experience/feed.html", feed=feed, tab=tab, asked=asked, kinds=kinds_of(services), practices=practices, teams=teams,
            article=named[0] if named else None, unseen=notices.unseen(viewer), here=address(tab, asked), address=address,
            following=_following(feed.followed, wanted), first=not wanted.after, sections=sections,
        )  # fmt: skip


def _entry(web: Blueprint, services: Services) -> None:
    reading, reacting = Reading(services.db), Reacting(services)

    @web.get("/<int:number>")
    @requires(READ, person=True)
    def entry(number: int) -> ResponseReturnValue:
        return _show(number, {})

    @web.post("/<int:number>/comments")
    @requires(WRITE, person=True)
    def comment(number: int) -> ResponseReturnValue:
        try:
            made = reacting.comment(current_viewer(), number, request.form.get("text", "")[: 4 * MAX_COMMENT])
        except (InvalidInput, Conflict, TooMany) as error:
            return _show(number, problems_of(error), error.status)
        return redirect(f"{entry_url(number)}#comment-{made}", 303)

    def _show(number: int, problems: dict[str, str], status: int = 200) -> ResponseReturnValue:
        viewer, lang = current_viewer(), content_lang()
        card = reading.card(viewer, lang, number)
        said, more = reacting.comments(viewer, card.entry, whole_number(request.args.get("after", "")))
        heading = ""
        with services.db.read() as session:
            if card.article and card.entry.section:
                heading = next((s.heading for s in sections_of(session, card.entry.slug, card.article.lang) if s.id == card.entry.section), "")
        feed = reading.feed(viewer, lang, Wanted(slug=card.entry.slug or "-"), size=4)
        return render_template(
            "experience/entry.html", card=card, kinds=kinds_of(services), heading=heading, said=said, more=more, uses=reacting.uses(card.entry),
            own_use=reacting.own_use(viewer, number) if "used" in card.pressed else None, followed=str(number) in map(str, feed.followed.entries),
            others=[c for c in feed.cards if c.entry.id != number][:3], reasons=REASONS, max_words=MAX_WORDS, max_comment=MAX_COMMENT,
            max_result=MAX_RESULT, problems=problems, typed=request.form.get("text", "") if problems else "", open_=card.entry.state == SHOWN,
        ), status  # fmt: skip


def _doing(web: Blueprint, services: Services) -> None:
    reacting, following = Reacting(services), Following(services.db)

    @web.post("/<int:number>/reactions")
    @requires(WRITE, person=True)
    def react(number: int) -> ResponseReturnValue:
        """What came of using it."""
        helped = {"yes": True, "no": False}.get(request.form.get("helped", ""))
        reacting.press(current_viewer(), number, "used", helped=helped, result=request.form.get("result", "")[: 4 * MAX_RESULT])
        say(_THANKED["used"])
        return redirect(entry_url(number), 303)

    @web.post("/reactions")
    @requires(WRITE, person=True)
    def press() -> ResponseReturnValue:
        """One of the buttons of a page; where JSON is asked for, the counters come back."""
        viewer, undo = current_viewer(), request.form.get("undo", "")
        kind, _, raw = (undo or request.form.get("press", ""))[:40].partition(":")
        number = whole_number(raw)
        counts = reacting.undo(viewer, number, kind) if undo else reacting.press(viewer, number, kind)
        if request.accept_mimetypes.best == "application/json":
            return jsonify({"thanks": counts.thanks, "uses": counts.uses, "pressed": sorted(counts.pressed)})
        if not undo:
            say(_THANKED[kind])
        return redirect(_back(number), 303)

    @web.post("/<int:number>/comments/<int:comment_id>")
    @requires(WRITE, person=True)
    def withdraw_comment(number: int, comment_id: int) -> ResponseReturnValue:
        reacting.withdraw(current_viewer(), number, comment_id)
        say(Text("撤回了", "Withdrawn"))
        return redirect(entry_url(number), 303)

    @web.post("/follow")
    @requires(READ, person=True)
    def follow() -> ResponseReturnValue:
        form, viewer = request.form, current_viewer()
        kind, key = form.get("kind", "")[:20], form.get("key", "")[:120]
        if form.get("undo"):
            following.let_go(viewer, kind, key)
        else:
            following.follow(viewer, kind, key)
        return redirect(_back(0), 303)


def _notices(web: Blueprint, services: Services) -> None:
    notices, following = Notices(services.db), Following(services.db)

    @web.get("/notices")
    @requires(READ, person=True)
    def notices_page() -> ResponseReturnValue:
        viewer = current_viewer()
        told, older = notices.page(viewer, whole_number(request.args.get("before", "")))
        return render_template(
            "experience/notices.html", told=told, older=older, followed=following.of(viewer, content_lang()), reasons=REASONS, here=NOTICES
        )

    @web.post("/notices")
    @requires(READ, person=True)
    def notices_seen() -> ResponseReturnValue:
        notices.seen(current_viewer())
        return redirect(NOTICES, 303)


def _wanted() -> tuple[Wanted, str]:
    asked = {name: request.args.get(name, "")[:80] for name in _NARROWING}
    asked["lang"] = request.args.get("in", "")[:2]
    tab = request.args.get("tab", "newest")
    tab = tab if tab in {"newest", "used", "followed", "mine"} else "newest"
    order = "used" if tab == "used" else "newest"
    after = request.args.get("after", "")[:40]
    return Wanted(order, **asked, mine=tab == "mine", followed=tab == "followed", after=after), tab  # type: ignore[arg-type]  # one of the two


def address(tab: str, asked: dict[str, str], **change: str) -> str:
    """Address of the feed with these filters, changed by name; an empty value takes a filter off."""
    parts = {"tab": tab if tab != "newest" else "", **asked, **change}
    parts["in"] = parts.pop("lang", "")
    query = urlencode({k: v for k, v in parts.items() if v})
    return HOME + (f"?{query}" if query else "")


def _following(followed: Followed, wanted: Wanted) -> tuple[str, str, bool] | None:
    """What can be followed on this page: kind, key, and whether it is."""
    for kind, key, there in (("tag", wanted.tag, followed.tags), ("article", wanted.slug, followed.articles), ("team", wanted.team, followed.teams)):
        if key:
            return kind, key, key in there
    return None


def _back(number: int) -> str:
    after = request.form.get("next", "")
    return local_path(after) if after else (entry_url(number) if number else HOME)


def whole_number(raw: str) -> int:
    """A number of a row as it was sent; 0 for anything else."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0
