"""What the page of an attempt sends, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kbplatform.sdk import Conflict, InvalidInput, Text
from kbplatform_quizzes.attempts.shown import Asked, name_of
from kbplatform_quizzes.faces import Sent

if TYPE_CHECKING:
    from kbplatform.sdk import Viewer
    from kbplatform_quizzes.attempts.sittings import Sittings

PER_PAGE = 6
MAX_REV = 1_000_000
_ELSEWHERE = Text(
    "这道题刚在别处改过，两边都留着：看好哪个算数，再存一次", "This was answered elsewhere meanwhile; both are here: choose, then save again"
)


@dataclass(slots=True)
class Kept:
    """What became of the answers of a page: problems and newer answers from elsewhere by position; ``closed`` where nothing was taken any more."""

    problems: dict[int, Text] = field(default_factory=dict)
    newer: dict[int, Asked] = field(default_factory=dict)
    closed: Text | None = None


def tidy(form: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The fields as they may be stored: without empty ones and NUL, which no database takes."""
    found = {name: [v.replace("\0", "�") for v in values if v] for name, values in form.items()}
    return {name: values for name, values in found.items() if values}


def certain(value: str) -> bool | None:
    """``1`` is sure, ``0`` unsure, anything else was not said."""
    return {"1": True, "0": False}.get(value)


def own_of(form: Sent, position: int) -> dict[str, list[str]]:
    """The fields of one question."""
    name = name_of(position)
    return {key: values for key, values in form.items() if key == name or key.startswith(f"{name}.")}


def keep_page(sittings: Sittings, viewer: Viewer, token: str, on_page: Sequence[Asked], form: Sent) -> Kept:
    """Save the answers of one page. What another tab or device saved since the page was made is not overwritten."""
    kept = Kept()
    for asked in on_page:
        own, position = own_of(form, asked.position), asked.position
        if asked.walk is not None and not own:
            continue  # a role-play is sent by its own buttons
        if own == asked.sent and certain(_one(form, f"sure{position}")) == asked.sure:
            continue
        seen = _one(form, f"rev{position}")
        rev = int(seen) + 1 if seen.isdecimal() and len(seen) < 7 else None
        try:
            saved = sittings.save(viewer, token, position, own, sure=certain(_one(form, f"sure{position}")), rev=rev)
        except InvalidInput as error:
            kept.problems[position] = error.message
        except Conflict as error:
            if asked.walk is None:
                kept.closed = error.message
                return kept
            kept.problems[position] = error.message
        else:
            if saved.stale and own:
                kept.problems[position], kept.newer[position] = _ELSEWHERE, asked
            elif saved.problem is not None:
                kept.problems[position] = saved.problem
    return kept


def _one(form: Sent, name: str) -> str:
    return "".join(form.get(name, [])[:1])
