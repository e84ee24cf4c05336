"""What a reader narrows a search down to: as it stands in the address, and as the service takes it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

SINCE = (7, 30, 90)
"""Days offered for “changed since”."""
MOST_DAYS = 3650
"""How far back programs may ask."""
_DAY_S = 86_400
_DEFAULT = "article"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``kind`` lists kinds with commas, empty for practices; ``only`` is a language; ``since`` days, 0 for any time."""

    kind: str = ""
    group: str = ""
    only: str = ""
    since: int = 0

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds asked for."""
        return frozenset(k for k in self.kind.split(",") if k) or frozenset({_DEFAULT})

    @property
    def narrowed(self) -> int:
        """How many of them differ from what is the case without asking."""
        return sum(map(bool, (self.kind, self.group, self.only, self.since)))

    def restricting(self) -> dict[str, Any]:
        """Arguments of :meth:`kbplatform.search.service.SearchService.search`."""
        return {
            "kinds": self.kinds,
            "groups": frozenset({self.group} if self.group else ()),
            "langs": frozenset({self.only} if self.only else ()),
            "changed_since": time.time() - self.since * _DAY_S if self.since else None,
        }

    def url(self, **more: str) -> str:
        """Address of the search page with ``more`` and, where that names no other, these filters."""
        own = {"kind": self.kind, "group": self.group, "only": self.only, "since": str(self.since or "")}
        return "/search?" + urlencode({k: v for k, v in (more | own | more).items() if v or k == "q"})


def wanted(arguments: Mapping[str, str], kinds: Collection[str], groups: Collection[str]) -> Wanted:
    """The filters of a page's address. What there is none of is not asked for: links outlive plugins and groups."""
    asked = [k for k in arguments.get("kind", "")[:200].split(",") if k in kinds]
    group, only, since = arguments.get("group", ""), arguments.get("only", ""), arguments.get("since", "")
    return Wanted(
        kind="" if asked == [_DEFAULT] else ",".join(dict.fromkeys(asked)),
        group=group if group in groups else "",
        only=only if only in {"zh", "en"} else "",
        since=int(since) if since in set(map(str, SINCE)) else 0,
    )
