"""Pages of practice: a round of questions about an article, and its role-plays. Nothing is stored."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request

from kbplatform.sdk import ArticleService, InvalidInput, article_url, content_lang, current_viewer, requires, ui_lang
from kbplatform_quizzes.attempts import views as attempts
from kbplatform_quizzes.faces import Showing, worded
from kbplatform_quizzes.practice import DRAWN, Ending, draw, mark, play, role_plays, rounds, turning_step, walk
from kbplatform_quizzes.registry import TAKE, bank_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import ArticleCard, Lang, Services

MOST = 30
"""Questions of one page."""


def make_blueprint(services: Services) -> Blueprint:
    """The pages under ``/p/quizzes/``."""
    blueprint = Blueprint("quizzes", __name__)
    attempts.add_pages(blueprint, services)
    bank, articles = bank_of(services), ArticleService(services.db)

    def readable(slug: str, lang: Lang) -> ArticleCard:
        """The article, where this reader may read it; 404 otherwise, so that its questions tell nothing of it."""
        found = articles.cards([slug], lang, current_viewer())
        return found[0] if found else abort(404)

    @blueprint.get("/check/<slug>")
    @requires(TAKE)
    def check(slug: str) -> ResponseReturnValue:
        lang = content_lang()
        article = readable(slug, lang)
        seed = secrets.token_hex(4)
        stored = bank.of(slug)
        whole = request.args.get("all") == "1"
        only = frozenset(request.args.getlist("q")[:MOST])
        drawn = draw(bank, slug, seed, only, MOST if whole else DRAWN)
        context = {"faces": [Showing(q, lang, seed).face() for q in drawn], "seed": seed, "total": len(rounds([s.question for s in stored]))}
        return render_template("quizzes/check.html", article=article, plays=role_plays(stored), worded=worded, **context)

    @blueprint.post("/check/<slug>")
    @requires(TAKE)
    def answer(slug: str) -> ResponseReturnValue:
        lang = content_lang()
        article = readable(slug, lang)
        seed, only = request.form.get("seed", "")[:32], frozenset(request.form.getlist("asked")[:MOST])
        questions = draw(bank, slug, seed, only) if only else []
        asked = request.form.getlist("asked")
        questions.sort(key=lambda q: asked.index(q.id))
        try:
            marked = mark(questions, lang, seed, request.form.to_dict(flat=False))
        except InvalidInput as error:
            problems = {f.field: f.message.in_(ui_lang()) for f in error.fields}
            faces = [Showing(q, lang, seed).face() for q in questions]
            context = {"faces": faces, "seed": seed, "problems": problems, "sent": request.form, "total": 0}
            return render_template("quizzes/check.html", article=article, plays=[], worded=worded, **context), 422
        wrong = [m.face.name for m in marked if m.fraction < 1]
        sections = {m.face.name: article_url("practice", slug, lang, m.face.section) for m in marked}
        return render_template("quizzes/marked.html", article=article, marked=marked, wrong=wrong, sections=sections)

    @blueprint.get("/play/<slug>/<name>")
    @requires(TAKE)
    def role_play(slug: str, name: str) -> ResponseReturnValue:
        lang = content_lang()
        article = readable(slug, lang)
        found = play(bank, slug, name)
        way, steps = walk(found, request.args.get("path", ""))
        done = isinstance(way.at, Ending)
        context = {
            "way": way,
            "path": ".".join(map(str, steps)),
            "paths": [".".join(map(str, steps[:i])) for i in range(len(steps))],
            "turning": turning_step(way) if done else None,
            "passed": done and found.scenario.grade(steps).fraction > 0,
            "section": article_url("practice", slug, lang, found.question.section),
            "done": done,
        }
        return render_template("quizzes/play.html", article=article, play=found, lang=lang, worded=worded, **context)

    return blueprint
