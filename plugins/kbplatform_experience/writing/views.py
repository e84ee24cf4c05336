"""Pages of writing: a new entry, a correction, drafts, and what helps while somebody types."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request
from sqlalchemy import select

from kbplatform.sdk import (
    ArticleService,
    InvalidInput,
    KbError,
    NotFound,
    Text,
    content_lang,
    current_actor,
    current_viewer,
    large_body,
    nearest,
    problems_of,
    requires,
    say,
    team_names,
    ui_lang,
)
from kbplatform_experience.models import Attachment, Entry
from kbplatform_experience.private import clean
from kbplatform_experience.reach import SHOWN, seen_by
from kbplatform_experience.registry import KIND, READ, WRITE, entry_url, kinds_of
from kbplatform_experience.writing import splitting
from kbplatform_experience.writing.attachments import MAX_BYTES, MAX_FILES, Upload
from kbplatform_experience.writing.drafts import Drafts
from kbplatform_experience.writing.forms import MAX_DETAIL, MAX_LESSON, Looked, Typed, look, typed_from
from kbplatform_experience.writing.service import SOURCES, Stale, Writing, Written, keeps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services, Viewer

HOME = "/p/experience/"
NEW = "/p/experience/new"
ROOM = MAX_FILES * MAX_BYTES + 500_000
"""Bytes of a form with its files."""
SIMILAR = 3
LEAST_WORDS = 4
"""Characters of a lesson before similar ones are looked for."""
_PRACTICES_OF_A_GROUP = 60
_THANKS = {
    "shown": Text("谢谢！同事现在就能看到。", "Thank you! Colleagues can see it now."),
    "waiting": Text("谢谢！审核的人看过后同事就能看到。", "Thank you! Colleagues see it once a moderator has looked."),
}


@dataclass(frozen=True, slots=True)
class _Page:
    """What the writing page is to show."""

    typed: Typed
    draft: str = ""
    written: Written | None = None
    problems: Mapping[str, str] | None = None
    looked: Looked | None = None
    stale: bool = False
    source: str = "page"
    paste: str = ""


def add_pages(web: Blueprint, services: Services) -> None:
    """``/new``, ``/<entry>/edit``, ``/<entry>/withdraw``, files and drafts."""
    desk = _Desk(services)
    _new(web, desk)
    _own(web, desk)
    _helping(web, desk)
    _drafts(web, desk)
    _files(web, services)


class _Desk:
    """What the views share: the services they ask, and how the page is made of an answer."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.writing, self.drafts, self.articles = Writing(services), Drafts(services), ArticleService(services.db)

    def show(self, page: _Page, status: int = 200) -> Response:
        """The page. It may hold what is not masked yet: nobody keeps a copy."""
        viewer, lang = current_viewer(), content_lang()
        with self.services.db.read() as session:
            teams = team_names(session, viewer.teams | ({page.typed.team} if page.written and page.typed.team else set()))
        groups = self.articles.groups(lang, viewer, per_group=_PRACTICES_OF_A_GROUP)
        html = render_template(
            "experience/write.html", page=page, typed=page.typed, problems=page.problems or {}, kinds=kinds_of(self.services), groups=groups,
            teams=teams,
            sections=self.writing.sections(viewer, page.typed.article, lang), drafts=[] if page.written else self.drafts.of(viewer),
            max_lesson=MAX_LESSON, max_detail=MAX_DETAIL, max_files=MAX_FILES, open_more=_needs_more(page),
        )  # fmt: skip
        response = make_response(html, status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def look(self, typed: Typed) -> Looked:
        return look(typed, self.services.masking, ui_lang())

    def answered(self, page: _Page, do: str) -> Response | None:
        """The page again, where the button asked for something else than saving."""
        if do == "split":
            written = splitting.Parts(*(getattr(page.typed, name) for name in splitting.FIELDS))
            parts = splitting.beside(splitting.split(request.form.get("paste", "")), written)
            return self.show(replace(page, typed=replace(page.typed, **asdict(parts)), paste=""))
        if do == "sections":
            return self.show(replace(page, typed=replace(page.typed, section="")))
        return self.show(page) if do == "more" else None

    def unseen(self, typed: Typed) -> Looked | None:
        """What would be masked and was not shown to the writer yet."""
        looked = self.look(typed)
        return looked if looked.hidden and request.form.get("seen", "") != looked.seal else None


def _new(web: Blueprint, desk: _Desk) -> None:
    @web.get("/new")
    @requires(WRITE, person=True)
    def new() -> ResponseReturnValue:
        asked, viewer = request.args, current_viewer()
        kept = desk.drafts.get(viewer, asked.get("draft", "")[:40])
        typed = kept.typed if kept else typed_from({name: asked.get(name, "")[:80] for name in ("article", "section", "kind")})
        source = "desk" if asked.get("from") == "desk" else "page"
        return desk.show(_Page(typed, kept.key if kept else secrets.token_urlsafe(12), source=source))

    @web.post("/new")
    @large_body(ROOM)
    @requires(WRITE, person=True)
    def write() -> ResponseReturnValue:
        viewer, form, files = current_viewer(), request.form, _uploads()
        typed = _sent()
        page = _Page(typed, form.get("draft", "")[:40] or secrets.token_urlsafe(12), source=_source(), paste=form.get("paste", ""))
        do = form.get("do", "save")
        if again := desk.answered(page, do):
            return again
        if do == "draft":
            desk.drafts.save(viewer, page.draft, typed)
            say(Text("草稿留好了，30 天内都在。客户的信息已经隐去。", "Kept for 30 days. Customers’ data was taken out of it."))
            return redirect(f"{NEW}?draft={page.draft}", 303)
        try:
            desk.writing.check(viewer, typed)
            if looked := desk.unseen(typed):
                return desk.show(replace(page, looked=looked))
            number = desk.writing.create(viewer, current_actor(), typed, source=page.source, files=files, draft=page.draft)
            _thank(desk.writing.mine(viewer, number))
        except KbError as error:
            return desk.show(replace(page, problems=problems_of(error)), error.status)
        return redirect(entry_url(number), 303)


def _own(web: Blueprint, desk: _Desk) -> None:
    @web.get("/<int:number>/edit")
    @requires(WRITE, person=True)
    def edit(number: int) -> ResponseReturnValue:
        written = desk.writing.mine(current_viewer(), number)
        return desk.show(_Page(written.typed, written=written))

    @web.post("/<int:number>/edit")
    @large_body(ROOM)
    @requires(WRITE, person=True)
    def correct(number: int) -> ResponseReturnValue:
        viewer, form, files = current_viewer(), request.form, _uploads()
        written = desk.writing.mine(viewer, number)
        sent = _sent()
        typed = replace(sent, keep=keeps(sent, written.typed, desk.services))
        page = _Page(typed, written=replace(written, version=_number(form.get("version", ""))), paste=form.get("paste", ""))
        if again := desk.answered(page, form.get("do", "save")):
            return again
        try:
            desk.writing.check(viewer, typed, written.typed)
            if looked := desk.unseen(typed):
                return desk.show(replace(page, looked=looked))
            version, without = _number(form.get("version", "")), [_number(n) for n in form.getlist("without")[:20]]
            _thank(desk.writing.edit(viewer, current_actor(), number, version, typed, files=files, without=without))
        except Stale as error:
            return desk.show(replace(page, written=error.now, stale=True, problems=problems_of(error)), error.status)
        except InvalidInput as error:
            return desk.show(replace(page, problems=problems_of(error)), error.status)
        return redirect(entry_url(number), 303)

    @web.post("/<int:number>/withdraw")
    @requires(WRITE, person=True)
    def withdraw(number: int) -> ResponseReturnValue:
        desk.writing.withdraw(current_viewer(), current_actor(), number)
        say(Text("撤回了，别人看不到了", "Withdrawn: nobody else sees it any more"))
        return redirect(HOME, 303)


def _helping(web: Blueprint, desk: _Desk) -> None:
    """Pieces of the page while somebody types: posted, so that no address and no log holds their words."""

    @web.post("/masked")
    @requires(WRITE, person=True)
    def masked() -> ResponseReturnValue:
        return _piece(render_template("experience/_marks.html", looked=desk.look(_sent())))

    @web.post("/similar")
    @requires(READ, person=True)
    def similar() -> ResponseReturnValue:
        lesson = clean(request.form.get("lesson", "")[: 2 * MAX_LESSON], MAX_LESSON, rules=desk.services.masking)
        return _piece(render_template("experience/_similar.html", entries=similar_entries(desk.services, current_viewer(), lesson)))

    @web.get("/sections")
    @requires(WRITE, person=True)
    def sections() -> ResponseReturnValue:
        found = desk.writing.sections(current_viewer(), request.args.get("article", "")[:80], content_lang())
        return _piece(render_template("experience/_sections.html", sections=found, chosen=""))


def _drafts(web: Blueprint, desk: _Desk) -> None:
    @web.post("/drafts/<key>")
    @requires(WRITE, person=True)
    def keep_draft(key: str) -> ResponseReturnValue:
        desk.drafts.save(current_viewer(), key, _sent())
        return "", 204

    @web.post("/drafts/<key>/delete")
    @requires(WRITE, person=True)
    def delete_draft(key: str) -> ResponseReturnValue:
        desk.drafts.throw_away(current_viewer(), key)
        say(Text("草稿删了", "The draft is gone"))
        return redirect(NEW, 303)


def _files(web: Blueprint, services: Services) -> None:
    @web.get("/<int:number>/files/<int:file_id>")
    @requires(READ, person=True)
    def attachment(number: int, file_id: int) -> ResponseReturnValue:
        """A file, for those who may open the entry. Pictures are shown, documents are saved."""
        wanted = (
            select(Attachment.name, Attachment.mime, Attachment.sha256, Attachment.data)
            .join(Entry, Entry.id == Attachment.entry_id)
            .where(Attachment.id == file_id, Entry.id == number, seen_by(current_viewer()))
        )
        with services.db.read() as session:
            found = session.execute(wanted).one_or_none()
        if found is None:
            raise NotFound(Text("没有这个文件", "There is no such file"))
        response = Response(found.data, mimetype=found.mime)
        how = "inline" if found.mime.startswith("image/") else "attachment"
        response.headers["Content-Disposition"] = _named(how, found.name)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.set_etag(found.sha256)
        # asked again each time: at a shared desk the next person may not be one who may open it
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)

    @web.context_processor
    def for_templates() -> dict[str, object]:
        return {"files_of": lambda number: files_of(services, number)}


def _named(how: str, name: str) -> str:
    """``Content-Disposition`` of a file whose name may have any characters: headers are Latin-1 (RFC 6266, 4.3; RFC 8187)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def files_of(services: Services, number: int) -> Sequence[tuple[int, str, str, int]]:
    """Id, name, type and bytes of the files of an entry. Whether the viewer may open it is for the caller to ask."""
    columns = (Attachment.id, Attachment.name, Attachment.mime, Attachment.size)
    with services.db.read() as session:
        return session.execute(select(*columns).where(Attachment.entry_id == number).order_by(Attachment.id)).tuples().all()


def similar_entries(services: Services, viewer: Viewer, lesson: str) -> list[Entry]:
    """The shown entries of others nearest to a masked lesson, best first: at most three. Nothing where nothing is like it."""
    if len(lesson) < LEAST_WORDS:
        return []
    hits = nearest(lesson, kinds=(KIND,), viewer=viewer, lang=content_lang(), limit=2 * SIMILAR)
    ids = [int(hit.slug) for hit in hits if hit.slug.isdecimal()]
    with services.db.read() as session:
        wanted = select(Entry).where(Entry.id.in_(ids), Entry.state == SHOWN, seen_by(viewer), Entry.user_id.is_distinct_from(viewer.id))
        rows = {row.id: row for row in session.scalars(wanted)}
    return [rows[i] for i in ids if i in rows][:SIMILAR]


def _sent() -> Typed:
    return typed_from(request.form, request.form.getlist("keep"))


def _uploads() -> list[Upload]:
    """The files of the form, as far as they are read at all. The spools they came in are closed."""
    uploads: list[Upload] = []
    for file in request.files.getlist("files"):
        with file.stream:
            if file.filename and len(uploads) <= MAX_FILES:
                uploads.append(Upload(file.filename, file.stream.read(MAX_BYTES + 1)))
    return uploads


def _source() -> str:
    source = request.form.get("source", "")
    return source if source in SOURCES & {"page", "desk"} else "page"


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0


def _thank(written: Written) -> None:
    say(_THANKS.get(written.state, _THANKS["waiting"]))


def _piece(html: str) -> Response:
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


def _needs_more(page: _Page) -> bool:
    """Whether the folded half of the form holds something that must be seen."""
    typed, wrong = page.typed, (page.problems or {}).keys()
    filled = (typed.situation, typed.action, typed.result, typed.tags, typed.figures, typed.article, typed.team)
    return bool(any(filled) or wrong - {"", "lesson", "kind"} or (page.written and page.written.files))
