"""Which wordings of a question count as one."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from kbplatform_quizzes.attempts.carrying import CantCarry, carry
from kbplatform_quizzes.faces import BadAnswer

if TYPE_CHECKING:
    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.statistics.sample import Sample, Wording

_Given = dict[str, tuple[Any, float]]
"""Different answers, each with the mark it got."""


def heads(sample: Sample, *, apart: bool = False) -> dict[tuple[int, str], str]:
    """(question, version) → the version it is counted with.

    A comma that was put right must not split a question's figures; a key that was changed must. So an older wording is counted with the
    present one, or with a newer one that is, where that gives every answer to the older wording the mark it got (options found again by
    their words): then the key is the same, or those attempts were marked again by the new one. What a person marked by hand contradicts
    nothing. ``apart`` keeps all apart.
    """
    shown = sample.wordings or {}
    if apart:
        return {key: key[1] for key in shown}
    given = _given(sample, {number for number, count in Counter(number for number, _ in shown).items() if count > 1})
    found: dict[tuple[int, str], str] = {}
    groups: defaultdict[int, list[list[Wording]]] = defaultdict(list)
    for (number, version), wording in sorted(shown.items(), key=lambda pair: (pair[1].present, pair[1].created_at), reverse=True):
        answers = given[number, version]
        group = next((g for g in groups[number] if any(_marks_alike(w.question, wording.question, answers) for w in g)), None)
        if group is None:
            group = []
            groups[number].append(group)
        group.append(wording)
        found[number, version] = group[0].question.version
    return found


def _given(sample: Sample, several: set[int]) -> dict[tuple[int, str], _Given]:
    """The different answers to each wording of the questions that had ``several``."""
    found: defaultdict[tuple[int, str], _Given] = defaultdict(dict)
    for sitting in sample.sittings:
        for item in (i for i in sitting.items if i.question in several):
            written = f"{json.dumps(item.answer, sort_keys=True)} {item.fraction:.9f}"
            found[item.question, item.version].setdefault(written, (item.answer, item.fraction))
    return found


def _marks_alike(newer: Question, older: Question, given: _Given) -> bool:
    for answer, fraction in given.values():
        try:
            mark = newer.body.grade(carry(older.body, newer.body, answer))
        except (BadAnswer, CantCarry):
            return False
        if not mark.for_person and abs(mark.fraction - fraction) > 1e-9:
            return False
    return True
