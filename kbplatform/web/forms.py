"""What pages with forms share: wrong fields in the reader's words, and remarks for the page after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, request

from kbplatform.bilingual import Text
from kbplatform.errors import KbError
from kbplatform.web.i18n import ui_lang

if TYPE_CHECKING:
    from kbplatform.errors import FieldError

MAX_FIELD = 10_000


def problems_of(error: KbError) -> dict[str, str]:
    """Field → what is wrong with it; under ``""`` what belongs to no field."""
    lang = ui_lang()
    fields: tuple[FieldError, ...] = getattr(error, "fields", ())
    return {f.field: f.message.in_(lang) for f in fields} or {"": error.message.in_(lang)}


def typed(name: str, limit: int = MAX_FIELD) -> str:
    """A field of the form as it was typed, cut at ``limit`` characters; NUL becomes �."""
    return request.form.get(name, "")[:limit].replace("\0", "�")


def chosen(name: str) -> list[str]:
    """The ticked boxes of a name."""
    return [v[:200].replace("\0", "�") for v in request.form.getlist(name)[:500]]


def say(message: Text) -> None:
    """A remark at the top of the next page."""
    flash(message.in_(ui_lang()))
