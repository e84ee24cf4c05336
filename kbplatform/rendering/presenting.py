"""What can only be known when a page is shown: site facts and where inner links lead today."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.rendering.vocabulary import INNER_PREFIX, SITE_FACT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNSET = Text("未填，问组长", "not set: ask your lead")

_FACT = re.compile(r'<span class="fact" data-site="([a-z0-9_]+)"></span>')
_LINK = re.compile(rf'<a href="{INNER_PREFIX}([a-z][a-z0-9]*)/([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """Values of site facts in one language; a missing key is unset."""

    lang: str
    values: Mapping[str, str] = field(default_factory=dict)

    def html(self, key: str) -> str:
        """The fact as markup: its value, or the words that tell whom to ask."""
        value = self.values.get(key)
        if value:
            return f'<span class="fact">{escape(value)}</span>'
        return f'<span class="fact fact-unset">{escape(UNSET.in_(self.lang))}</span>'

    def fill(self, text: str) -> str:
        """Plain text with its ``{{site:key}}`` marks replaced."""
        return SITE_FACT.sub(lambda m: self.values.get(m[1]) or UNSET.in_(self.lang), text)


class Presenter:
    """Turns stored HTML into what this reader sees.

    ``resolvers`` maps a link scheme to a function from the part behind the colon and the content
    language to a URL or None. A link that leads nowhere today is shown as its words.
    """

    def __init__(self, resolvers: Mapping[str, Callable[[str, str], str | None]]) -> None:
        self._resolvers = resolvers

    def present(self, html: str, facts: SiteFacts) -> str:
        """``html`` as stored (sanitised) with facts filled in and inner links resolved."""
        html = _FACT.sub(lambda m: facts.html(m[1]), html)
        return _LINK.sub(lambda m: self._link(m, facts.lang), html)

    def _link(self, match: re.Match[str], lang: str) -> str:
        resolve = self._resolvers.get(match[1])
        url = resolve(match[2], lang) if resolve else None
        return f'<a href="{escape(url)}">{match[3]}</a>' if url else match[3]
