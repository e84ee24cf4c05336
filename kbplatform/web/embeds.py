"""What plugins show in the midst of an article: filled in when the page is made, each within its time and size."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import structlog
from flask import copy_current_request_context, g, render_template
from markupsafe import Markup

from kbplatform.plugin.contributions import EmbedCall
from kbplatform.rendering import embeds_in, with_embeds
from kbplatform.web.i18n import ui_lang

if TYPE_CHECKING:
    from flask import Flask

    from kbplatform.plugin.calls import Breaker, Calls
    from kbplatform.plugin.contributions import Embed
    from kbplatform.plugin.services import Services
    from kbplatform.rendering import EmbedMark

MAX_EMBED_CHARS = 3_000
"""Characters of HTML that one embed may take."""
MAX_PAGE_CHARS = 9_000
"""Characters that all embeds of a page may take together; those beyond keep their words."""
MAX_PAGE_EMBEDS = 40
log = structlog.get_logger(__name__)


def install_embeds(app: Flask, calls: Calls, breaker: Breaker, services: Services) -> None:
    """The template filter ``embeds``: HTML of a section and its language → the same with its embeds filled in."""
    owned: dict[str, tuple[str, Embed]] = {}
    for plugin, embed in calls.owned("register_embeds", services=services):
        if embed.name in owned or embed.name == "site":
            log.error("plugin.embed_taken", plugin=plugin, embed=embed.name)
        else:
            owned[embed.name] = plugin, embed
    app.add_template_filter(Embeds(owned, breaker).fill, "embeds")


class Embeds:
    """Fills embeds in. ``owned`` gives, by name, the plugin an embed is of."""

    def __init__(self, owned: dict[str, tuple[str, Embed]], breaker: Breaker) -> None:
        self._owned = owned
        self._breaker = breaker

    def fill(self, html: Markup, lang: str) -> Markup:
        """``html`` of a stored section with its embeds filled in; one of nobody's, or that fails, keeps its words."""
        marks = embeds_in(html) if "data-embed" in html else []
        if not marks:
            return html
        shown: list[str | None] = [None] * len(marks)
        for plugin in dict.fromkeys(self._plugin(m) for m in marks):
            mine = [(i, m) for i, m in enumerate(marks) if m and plugin and self._plugin(m) == plugin]
            for i, answer in zip((i for i, _ in mine), self._answers(plugin, [m for _, m in mine], lang), strict=False):
                shown[i] = answer
        return Markup(with_embeds(html, shown))  # noqa: S704 - sanitised when stored; filled by templates of installed plugins, autoescaped

    def _plugin(self, mark: EmbedMark | None) -> str:
        return self._owned[mark.name][0] if mark and mark.name in self._owned else ""

    def _answers(self, plugin: str, marks: list[EmbedMark], lang: str) -> list[str | None]:
        first = g.get("embeds_asked", 0)
        marks = list(islice(marks, max(0, MAX_PAGE_EMBEDS - first)))
        g.embeds_asked = first + len(marks)
        calls = [EmbedCall(m.target, m.arguments, lang, ui_lang(), m.alone, f"embed-{first + n}") for n, m in enumerate(marks)]
        embeds = [self._owned[m.name][1] for m in marks]

        @copy_current_request_context
        def work() -> list[str | None]:
            return [_shown(plugin, embed, call) for embed, call in zip(embeds, calls, strict=True)]

        answers: list[str | None] = self._breaker.run(plugin, work) or []
        return [_within_page(answer) for answer in answers]


def _shown(plugin: str, embed: Embed, call: EmbedCall) -> str | None:
    """What the plugin shows; None, logged, where it raises or shows too much: that costs this embed and no other."""
    try:
        view = embed.show(call)
        html = render_template(view.template, **view.context) if view else None
    except (Exception, SystemExit):
        log.exception("plugin.embed_failed", plugin=plugin, embed=embed.name, target=call.target)
        return None
    if html is not None and len(html) > MAX_EMBED_CHARS:
        log.error("plugin.embed_too_long", plugin=plugin, embed=embed.name, target=call.target, characters=len(html))
        return None
    return html


def _within_page(answer: str | None) -> str | None:
    taken = g.get("embed_chars", 0) + len(answer or "")
    if taken > MAX_PAGE_CHARS:
        return None
    g.embed_chars = taken
    return answer
