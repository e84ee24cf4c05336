"""The box beside an article: how many questions it has, and its role-plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import ArticlePanel, Text
from kbplatform_quizzes.practice import role_plays, rounds
from kbplatform_quizzes.registry import bank_of

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleContext, Services


def panels_for(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """One panel where the article has questions."""
    stored = bank_of(services).of(article.slug)
    if not stored:
        return []
    plays = [(p.question.id, p.question.stem.in_(article.lang)) for p in role_plays(stored)]
    context = {"slug": article.slug, "lang": article.lang, "count": len(rounds([s.question for s in stored])), "plays": plays}
    return [ArticlePanel(Text("考考自己", "Check yourself"), "quizzes/panel.html", context, order=20)]
