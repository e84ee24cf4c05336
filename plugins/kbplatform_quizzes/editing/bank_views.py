"""The page of the bank: all questions, narrowed and in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlencode

from flask import render_template, request

from kbplatform.sdk import Text, content_lang, requires, ui_lang
from kbplatform_quizzes.bank import label_of
from kbplatform_quizzes.editing.catalog import PAGE_SIZE, State, Wanted
from kbplatform_quizzes.editing.room import Room, room_of
from kbplatform_quizzes.editing.shapes import DIFFICULTIES
from kbplatform_quizzes.formats.registry import formats_with
from kbplatform_quizzes.registry import AUTHOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

MAX_TYPED = 200
MAX_PAGE = 100_000
STATES: dict[State, Text] = {
    "asked": Text("在考的", "Asked"), "flagged": Text("有标记的", "Flagged"), "edited": Text("在本站改过的", "Edited here"),
    "own": Text("本站自己出的", "Made here"), "conflict": Text("和文件冲突的", "In conflict with the file"),
    "retired": Text("停用的", "Retired"), "all": Text("全部", "All"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which questions somebody asked for in the address."""

    practice: str
    wanted: Wanted
    page: int

    def query(self, **changes: object) -> str:
        """The same as an address, with changes."""
        w = self.wanted
        fields = {
            "practice": self.practice, "kind": w.kind, "tag": w.tag, "difficulty": w.difficulty or "", "state": w.state, "q": w.search,
            "sort": "newest" if w.newest else "",
        } | changes  # fmt: skip
        return urlencode({name: str(value) for name, value in fields.items() if value not in {"", None}})


def asked_for(practices: Iterable[str]) -> Asked:
    """The filters of the address. One that names nothing there is asks for nothing; a practice that isn't there has no questions."""
    names = ("practice", "kind", "tag", "difficulty", "state", "q", "sort")
    typed = {name: request.args.get(name, "")[:MAX_TYPED].replace("\0", "") for name in names}
    known = tuple(practices)
    states: tuple[State, ...] = get_args(State)
    state: State = next((s for s in states if s == typed["state"]), "asked")
    wanted = Wanted(
        practices=tuple(s for s in known if s == typed["practice"]) if typed["practice"] else known,
        kind=typed["kind"],
        tag=typed["tag"],
        difficulty=int(typed["difficulty"]) if typed["difficulty"] in {"1", "2", "3"} else 0,
        state=state,
        search=typed["q"].strip(),
        newest=typed["sort"] == "newest",
    )
    page = request.args.get("page", "1")
    return Asked(typed["practice"], wanted, min(max(int(page[:9]), 1), MAX_PAGE) if page.isascii() and page.isdecimal() else 1)


def add_pages(web: Blueprint, services: Services) -> None:
    """``/bank``."""
    room = room_of(services)

    @web.get("/bank")
    @requires(AUTHOR)
    def bank() -> ResponseReturnValue:
        return _listing(room)


def _listing(room: Room) -> str:
    lang, ui = content_lang(), ui_lang()
    shelves = room.shelves(lang)
    asked = asked_for(shelves)
    found = room.catalog.find(asked.wanted)
    first = (asked.page - 1) * PAGE_SIZE
    return render_template(
        "quizzes/editing/bank.html",
        asked=asked, wanted=asked.wanted, shelves=shelves, total=len(found.records), records=found.records[first : first + PAGE_SIZE],
        pages=-(-len(found.records) // PAGE_SIZE), counts=found.states,
        states=[(state, label.in_(ui)) for state, label in STATES.items() if found.states.get(state) or state in {"asked", asked.wanted.state}],
        practices=[(slug, shelf.label) for slug, shelf in shelves.items()],
        kinds=[(t.name, t.label.in_(ui)) for t in room.types], tags=[(tag, tag) for tag in found.tags],
        difficulties=[(value, label.in_(ui)) for value, label in DIFFICULTIES],
        formats=[(f.name, f.label.in_(ui)) for f in formats_with(room.types).values()], label_of=lambda kind: label_of(kind, room.types).in_(ui),
        previous=asked.query(page=asked.page - 1), following=asked.query(page=asked.page + 1),
    )  # fmt: skip
