"""The box beside an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import ArticlePanel, Text
from kbplatform_calculators.references import cited_by
from kbplatform_calculators.registry import registry_of

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleContext, Services


def panels_for(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """One panel with every calculator the article names that there is; none without one."""
    known = registry_of(services).calculators
    named = [known[c] for c in cited_by(services.db, article.slug, article.lang) if c in known]
    if not named:
        return []
    return [ArticlePanel(Text("算一算", "Work it out"), "calculators/panel.html", {"calculators": named}, order=10)]
