"""The first screen: the calculators used daily, then all by the question they answer, and finding one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from kbplatform.sdk import Lang, Text
from kbplatform_calculators.calculator import Calculator, Group
from kbplatform_calculators.registry import Registry

DAILY = ("resolution_rate", "csat", "fcr", "aht", "service_level", "first_response_time", "sla_attainment", "erlang_c")
"""What teams work out every day, in this order."""
QUESTIONS: dict[Group, Text] = {
    "quality": Text("做得好不好？", "Are we doing it well?"),
    "listening": Text("客户怎么说？", "What do customers say?"),
    "speed": Text("够快吗？", "Are we fast enough?"),
    "staffing": Text("人够不够？", "Are there enough of us?"),
    "people": Text("人带得怎样？", "Are people doing well?"),
    "money": Text("划不划算？", "Is it worth it?"),
    "change": Text("真的变了吗？", "Has it really changed?"),
}
MAX_QUERY = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """Calculators under one question."""

    id: str
    question: str
    calculators: tuple[Calculator, ...]


def daily(registry: Registry) -> list[Calculator]:
    """Those used daily."""
    return [registry.calculators[i] for i in DAILY if i in registry.calculators]


def by_question(registry: Registry, query: str, lang: Lang) -> list[Listed]:
    """The calculators that ``query`` finds, under their questions. The source's own are never among them."""
    found = [c for c in registry.calculators.values() if c.as_in_source is None and matches(c, query)]
    listed = ((g, words, tuple(c for c in found if c.group == g)) for g, words in QUESTIONS.items())
    return [Listed(g, words.in_(lang), those) for g, words, those in listed if those]


def matches(calculator: Calculator, query: str) -> bool:
    """Whether each word of ``query`` stands in a name, an alias or the purpose, in either language."""
    words = _plain(query[:MAX_QUERY]).split()
    names = " ".join(_plain(name) for name in _names(calculator))
    return all(word in names for word in words)


def _names(calculator: Calculator) -> Iterable[str]:
    yield from (calculator.id, calculator.id.replace("_", " "))
    for text in (calculator.title, calculator.purpose):
        yield from (text.zh, text.en)
    for aliases in calculator.aliases.values():
        yield from aliases


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
