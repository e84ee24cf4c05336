"""Pictures in questions: served under the hash of their bytes, shown where a text names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Response, abort
from markupsafe import Markup, escape

from kbplatform.sdk import requires
from kbplatform_quizzes.formats.exported import PICTURE
from kbplatform_quizzes.registry import TAKE
from kbplatform_quizzes.taking_in import picture

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

_HASH = re.compile(r"[0-9a-f]{64}")
_IMAGE = Markup('<img src="/p/quizzes/files/{}" alt="{}" loading="lazy">')
_FOR_GOOD = "private, max-age=31536000, immutable"
"""An address names its bytes: they never change. Private, since who may practise may see them, and nobody between."""


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """The pictures under ``/p/quizzes/files/``, and ``pictured``, ``unpictured`` for the templates of this blueprint."""

    @blueprint.get("/files/<name>")
    @requires(TAKE)
    def file(name: str) -> ResponseReturnValue:
        found = picture(services.db, name) if _HASH.fullmatch(name) else None
        if found is None:
            abort(404)
        return Response(found.data, mimetype=found.mime, headers={"Cache-Control": _FOR_GOOD, "Content-Disposition": "inline"})

    @blueprint.context_processor
    def for_templates() -> dict[str, object]:
        return {"pictured": pictured, "unpictured": unpictured}


def pictured(text: str) -> Markup:
    """A text of a question as HTML: everything escaped, line breaks kept, and a picture of ours where ``![words](address)`` names one."""
    pieces, at = [], 0
    for match in PICTURE.finditer(text):
        pieces += [_lines(text[at : match.start()]), _IMAGE.format(match[2], match[1])]
        at = match.end()
    return Markup("").join([*pieces, _lines(text[at:])])


def unpictured(text: str) -> str:
    """A text of a question for one line: its pictures as the words that stand for them."""
    return PICTURE.sub(lambda match: match[2], text)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
