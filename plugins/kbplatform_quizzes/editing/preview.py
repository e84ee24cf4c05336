"""A question as a taker will see it, in both languages, with a drawn order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template
from markupsafe import Markup

from kbplatform.sdk import LANGS, content_lang
from kbplatform_quizzes.faces import Face, Orders, worded
from kbplatform_quizzes.kinds.scenario import Scenario, Scene

if TYPE_CHECKING:
    from kbplatform.sdk import Lang
    from kbplatform_quizzes.question import Question

_SEED = "preview"


@dataclass(frozen=True, slots=True)
class Look:
    """The question in one language, as the page that asks it has it."""

    lang: Lang
    html: Markup


def looks(question: Question) -> list[Look]:
    """In Chinese, then in English; of a role-play only its beginning, in the language articles are read in."""
    langs = (content_lang(),) if isinstance(question.body, Scenario) else LANGS
    return [Look(lang, Markup(_rendered(question, lang))) for lang in langs]  # noqa: S704 - what the template escaped


def _rendered(question: Question, lang: Lang) -> str:
    body = question.body
    scene = body.place(body.start) if isinstance(body, Scenario) else None
    name = f"preview-{lang}"  # both languages stand on one page
    fields = body.fields(name, lang, Orders(f"{_SEED}:{question.id}"))
    face = Face(name, body.kind, worded(question.stem, lang), fields, question.section)
    return render_template("quizzes/editing/_face.html", face=face, scene=scene if isinstance(scene, Scene) else None, content_lang=lang)
