"""The page of a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from kbplatform.sdk import content_lang, current_viewer, requires, utcnow
from kbplatform_experience.reading.digest import Digests, Week
from kbplatform_experience.registry import READ, kinds_of

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services


def add_pages(web: Blueprint, services: Services) -> None:
    """``/digest``."""
    digests = Digests(services.db)

    @web.get("/digest")
    @requires(READ, person=True)
    def digest() -> ResponseReturnValue:
        week = Week.of(request.args.get("week", "")[:20])
        found = digests.of(current_viewer(), content_lang(), week)
        later = week.beside(1) if week.ends <= utcnow() else None
        return render_template("experience/digest.html", digest=found, kinds=kinds_of(services), earlier=week.beside(-1), later=later)
