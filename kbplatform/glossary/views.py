"""Pages: the glossary, and one term."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Text
from kbplatform.errors import NotFound
from kbplatform.web.access import requires
from kbplatform.web.i18n import content_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.glossary.service import GlossaryBook

MAX_QUERY_CHARS = 60


def make_blueprint(book: GlossaryBook) -> Blueprint:
    """The pages of the glossary."""
    blueprint = Blueprint("glossary", __name__, template_folder="templates")

    @blueprint.get("/glossary")
    @requires(READ)
    def index() -> ResponseReturnValue:
        lang, query, page = content_lang(), request.args.get("q", "").strip()[:MAX_QUERY_CHARS], _page_number()
        found = book.listing(query, lang, page)

        def address(number: int) -> str:
            asked = {"q": query, "lang": request.args.get("lang", ""), "page": str(number) if number > 1 else ""}
            given = urlencode({k: v for k, v in asked.items() if v})
            return f"/glossary{'?' if given else ''}{given}"

        return render_template(
            "glossary/index.html",
            found=found,
            query=query,
            letters=[(a.letter, ("" if a.page == page else address(a.page)) + f"#{a.term}") for a in found.letters],
            show_letters=found.pages > 1,
            previous_url=address(page - 1) if page > 1 else "",
            next_url=address(page + 1) if page < found.pages else "",
        )

    @blueprint.get("/glossary/<term_id>")
    @requires(READ)
    def term(term_id: str) -> ResponseReturnValue:
        concept = book.get(term_id)
        return render_template("glossary/term.html", term=concept, near=book.near(concept), pinyin=book.pinyin(concept.zh))

    return blueprint


def _page_number() -> int:
    raw = request.args.get("page", "1")
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 5:
        raise NotFound(Text("没有这一页", "There is no such page"))
    return int(raw)
