"""What can only be known when a page is shown: site facts, where inner links lead today, what plugins embed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.rendering.vocabulary import EMBED, INNER_PREFIX, SITE_FACT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

UNSET = Text("未填，问组长", "not set: ask your lead")

_FACT = re.compile(r'<span class="fact" data-site="([a-z0-9_]+)"></span>')
_LINK = re.compile(rf'<a href="{INNER_PREFIX}([a-z][a-z0-9]*)/([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_EMBED = re.compile(r'(<p>)?<span class="embed" data-embed="[^"]*">([^<]*)</span>(?(1)</p>)')


@dataclass(frozen=True, slots=True)
class EmbedMark:
    """An embed as it stands in a text: ``{{name:target arguments}}``. ``alone`` is whether it is a paragraph of its own."""

    name: str
    target: str
    arguments: str
    alone: bool


def embeds_in(html: str) -> list[EmbedMark | None]:
    """The embeds of stored HTML, in order; None for one that is no longer written as embeds are."""
    return [_embed(match) for match in _EMBED.finditer(html)]


def with_embeds(html: str, shown: Sequence[str | None]) -> str:
    """``html`` with each of its embeds, in order, replaced by what is shown for it; by None it keeps its words."""
    answers = iter(shown)

    def replaced(match: re.Match[str]) -> str:
        answer = next(answers)
        if answer is None:
            return match[0]
        tag = "div" if match[1] else "span"
        return f'<{tag} class="embed">{answer}</{tag}>'

    return _EMBED.sub(replaced, html)


def _embed(match: re.Match[str]) -> EmbedMark | None:
    written = EMBED.fullmatch(unescape(match[2]))
    return EmbedMark(written[1], written[2], written[3].strip(), alone=bool(match[1])) if written else None


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
