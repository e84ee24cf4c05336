"""An answer given to one text of a question, as the same answer to another text of it.

Answers name options by their place, so a text with its options in another order would mark something nobody chose. What was
chosen is found again by its words; where a whole list keeps its length, an option whose words were mended keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.arranging import Cloze, Matching, Ordering
from kbplatform_quizzes.kinds.choice import Multiple, Single, TrueFalse
from kbplatform_quizzes.kinds.scenario import Scenario, Scene
from kbplatform_quizzes.kinds.written import Essay, Numerical, ShortAnswer
from kbplatform_quizzes.question import Body


class CantCarry(ValueError):
    """What was answered isn't in the other text any more: a person must look at it."""


def carry(old: Body, new: Body, answer: Any) -> Any:  # noqa: ANN401 - JSON, as the kinds mark it
    """``answer`` to ``old`` as an answer to ``new``. Raises CantCarry."""
    if answer is None or old == new:
        return answer
    if old.kind != new.kind:
        raise CantCarry
    carrier = _CARRIERS.get(type(new))
    if carrier is None:
        raise CantCarry
    return carrier(old, new, answer)


def places(old: Sequence[Text], new: Sequence[Text]) -> list[int | None]:
    """For each of ``old`` where it stands in ``new``: by its words in either language, else, in a list as long as before, at its place."""
    found: list[int | None] = []
    for text in old:
        same = [i for i, other in enumerate(new) if other == text] or [i for i, other in enumerate(new) if _alike(text, other)]
        found.append(same[0] if len(same) == 1 else None)
    if len(old) == len(new):
        free = set(range(len(new))) - set(found)
        found = [i if at is None and i in free else at for i, at in enumerate(found)]
    return found


def _alike(one: Text, other: Text) -> bool:
    return bool((one.zh and one.zh == other.zh) or (one.en and one.en == other.en))


def _at(where: Sequence[int | None], place: int) -> int:
    found = where[place]
    if found is None:
        raise CantCarry
    return found


def _single(old: Single, new: Single, answer: int) -> int:
    return _at(places([o.text for o in old.options], [o.text for o in new.options]), answer)


def _multiple(old: Multiple, new: Multiple, answer: list[int]) -> list[int]:
    where = places([o.text for o in old.options], [o.text for o in new.options])
    return [_at(where, a) for a in answer]


def _matching(old: Matching, new: Matching, answer: list[int | None]) -> list[int | None]:
    lefts = places([p.left for p in new.pairs], [p.left for p in old.pairs])
    rights = places(old.rights, new.rights)
    chosen = [answer[_at(lefts, i)] for i in range(len(new.pairs))]
    return [None if a is None else _at(rights, a) for a in chosen]


def _ordering(old: Ordering, new: Ordering, answer: list[int]) -> list[int]:
    where = places(old.items, new.items)
    carried = [_at(where, a) for a in answer]
    if sorted(carried) != list(range(len(new.items))):
        raise CantCarry
    return carried


def _cloze(old: Cloze, new: Cloze, answer: Mapping[str, Any]) -> dict[str, Any]:
    before, after = ({gap.name: gap.body for gap in cloze.gaps} for cloze in (old, new))
    return {name: carry(before[name], after[name], value) for name, value in answer.items() if name in after and name in before}


def _scenario(old: Scenario, new: Scenario, answer: list[int]) -> list[int]:
    at, carried = new.place(new.start), list[int]()
    for scene, choice in old.walk(answer).steps:
        if not isinstance(at, Scene):
            raise CantCarry
        where = places([c.text for c in scene.choices], [c.text for c in at.choices])
        carried.append(_at(where, scene.choices.index(choice)))
        at = new.place(at.choices[carried[-1]].to)
    return carried


def _as_it_is(_old: Body, _new: Body, answer: Any) -> Any:  # noqa: ANN401 - JSON
    return answer


_CARRIERS: dict[type, Callable[[Any, Any, Any], Any]] = {
    Single: _single,
    Multiple: _multiple,
    Matching: _matching,
    Ordering: _ordering,
    Cloze: _cloze,
    Scenario: _scenario,
    TrueFalse: _as_it_is,
    ShortAnswer: _as_it_is,
    Numerical: _as_it_is,
    Essay: _as_it_is,
}
