"""The ways people ask for a page, taken apart once, when the page is indexed: the index keeps them as a text."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phrases:
    """``openings`` are the page's names as they are typed, each after a line break; ``sizes`` how many words each phrase has that name
    something, ascending; ``having[term]`` has bit ``i`` set where phrase ``i`` has that term."""

    openings: str = ""
    sizes: tuple[int, ...] = ()
    having: Mapping[str, int] = field(default_factory=dict)

    def dumps(self) -> str:
        """As a text."""
        return json.dumps([self.openings, self.sizes, self.having], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> Phrases:
        """What :meth:`dumps` wrote; of an empty text, none."""
        if not text:
            return cls()
        openings, sizes, having = json.loads(text)
        return cls(openings, tuple(sizes), {sys.intern(term): phrases for term, phrases in having.items()})
