"""Arranging: what belongs together, what comes first, what stands in the gap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.faces import BadAnswer, Field, Orders, Sent, place, worded
from kbplatform_quizzes.kinds.choice import Single, chosen
from kbplatform_quizzes.kinds.written import Numerical, ShortAnswer
from kbplatform_quizzes.question import NOTHING, Mark, both
from kbplatform_quizzes.reading import Node

MAX_ITEMS = 20
GAP = re.compile(r"\{\{([a-z][a-z0-9_]{0,30})\}\}")
_IN_GAPS: Mapping[str, type[Single | ShortAnswer | Numerical]] = {"single": Single, "shortanswer": ShortAnswer, "numerical": Numerical}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that belong together."""

    left: Text
    right: Text


@dataclass(frozen=True, slots=True)
class Matching:
    """Each left finds its right; ``spare`` are rights that belong to none. Each pair counts alike."""

    pairs: tuple[Pair, ...]
    spare: tuple[Text, ...] = ()
    kind: ClassVar[str] = "matching"

    @property
    def rights(self) -> tuple[Text, ...]:
        """What may be chosen, each once: the pairs' own in order, then the spare ones."""
        return tuple(dict.fromkeys((*(p.right for p in self.pairs), *self.spare)))

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is for each left, in order, the position of its right in :attr:`rights`; None where nothing was chosen."""
        if answer is None:
            return Mark(0.0)
        if not isinstance(answer, list | tuple) or len(answer) != len(self.pairs):
            raise BadAnswer(Text(f"要给 {len(self.pairs)} 个配对", f"Needs {len(self.pairs)} choices"))
        rights = self.rights
        picked = [None if a is None else rights[chosen(a, len(rights))] for a in answer]
        return Mark(sum(p.right == a for p, a in zip(self.pairs, picked, strict=True)) / len(self.pairs))

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        rights = tuple(worded(self.rights[i], lang) for i in orders.of(name, len(self.rights)))
        return tuple(Field("select", f"{name}.{i}", worded(pair.left, lang), rights) for i, pair in enumerate(self.pairs))

    def received(self, name: str, sent: Sent, orders: Orders) -> list[int | None] | None:
        order = orders.of(name, len(self.rights))
        places = [place(sent.get(f"{name}.{i}", []), len(order)) for i in range(len(self.pairs))]
        return [None if at is None else order[at] for at in places] if any(at is not None for at in places) else None

    def solution(self, lang: Lang) -> list[str]:
        return [f"{worded(p.left, lang)} → {worded(p.right, lang)}" for p in self.pairs]

    def written(self) -> dict[str, Any]:
        out: dict[str, Any] = {"pairs": [{"left": both(p.left), "right": both(p.right)} for p in self.pairs]}
        return out | ({"spare": [both(s) for s in self.spare]} if self.spare else {})

    def texts(self) -> Iterator[Text]:
        for pair in self.pairs:
            yield from (pair.left, pair.right)
        yield from self.spare

    def problems(self) -> Iterator[Text]:
        if not 2 <= len(self.pairs) <= 20:
            yield Text("配对要有 2 到 20 组", "matching needs 2 to 20 pairs")
        if len({p.left for p in self.pairs}) < len(self.pairs):
            yield Text("配对的左边有两项一样", "two of the left sides are the same")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Matching:
        """Read from ``quiz.yaml``."""
        if "pairs" not in fields:
            node.wrong("缺 pairs", "pairs are missing")
            return cls(())
        pairs = []
        for member in fields["pairs"].members():
            parts = member.fields()
            member.only(parts, {"left", "right"})
            pairs.append(Pair(*(parts[side].words() if side in parts else NOTHING for side in ("left", "right"))))
        spare = fields["spare"].members() if "spare" in fields else []
        return cls(tuple(pairs), tuple(s.words() for s in spare))


@dataclass(frozen=True, slots=True)
class Ordering:
    """Things in their right order. ``rule`` ``all``: only the whole counts; ``place``: each one at its place counts alike."""

    items: tuple[Text, ...]
    rule: Literal["all", "place"] = "place"
    kind: ClassVar[str] = "ordering"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` lists the items' positions in the order they were put. Raises BadAnswer unless each stands there once."""
        if answer is None:
            return Mark(0.0)
        if not isinstance(answer, list | tuple) or sorted(chosen(a, len(self.items)) for a in answer) != list(range(len(self.items))):
            raise BadAnswer(Text("每一项都要排一次", "Put each item once"))
        placed = sum(i == a for i, a in enumerate(answer))
        return Mark(float(placed == len(self.items)) if self.rule == "all" else placed / len(self.items))

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        ranks = tuple(str(i + 1) for i in range(len(self.items)))
        shown = enumerate(orders.of(name, len(self.items)))
        return tuple(Field("select", f"{name}.{at}", worded(self.items[i], lang), ranks) for at, i in shown)

    def received(self, name: str, sent: Sent, orders: Orders) -> list[int] | None:
        count = len(self.items)
        ranks = [place(sent.get(f"{name}.{at}", []), count) for at in range(count)]
        if all(rank is None for rank in ranks):
            return None
        if {*ranks} != {*range(count)}:
            raise BadAnswer(Text("每个位置只能用一次，也不能空着", "Use each place once, and leave none out"))
        order = orders.of(name, count)
        return [order[ranks.index(rank)] for rank in range(count)]

    def solution(self, lang: Lang) -> list[str]:
        return [f"{i}. {worded(item, lang)}" for i, item in enumerate(self.items, 1)]

    def written(self) -> dict[str, Any]:
        return {"rule": self.rule, "items": [both(i) for i in self.items]}

    def texts(self) -> Iterator[Text]:
        yield from self.items

    def problems(self) -> Iterator[Text]:
        if not 2 <= len(self.items) <= MAX_ITEMS or len(set(self.items)) < len(self.items):
            yield Text(f"排序要有 2 到 {MAX_ITEMS} 项，不能重复", f"ordering needs 2 to {MAX_ITEMS} items, all different")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Ordering:
        """Read from ``quiz.yaml``."""
        if "items" not in fields:
            node.wrong("缺 items", "items are missing")
            return cls(())
        rule = fields["rule"].string() if "rule" in fields else "place"
        if rule not in {"all", "place"}:
            fields["rule"].wrong("rule 只能是 all 或 place", "rule is all or place")
        return cls(tuple(m.words() for m in fields["items"].members()), "all" if rule == "all" else "place")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a text, filled as another kind of question; ``weight`` is its part of the whole."""

    name: str
    body: Single | ShortAnswer | Numerical
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text with gaps, ``{{name}}`` in both languages."""

    text: Text
    gaps: tuple[Gap, ...]
    kind: ClassVar[str] = "cloze"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` maps gaps to answers of their kind."""
        if answer is None:
            return Mark(0.0)
        if not isinstance(answer, Mapping) or not answer.keys() <= {g.name for g in self.gaps}:
            raise BadAnswer(Text("没有这个空", "There is no such gap"))
        marks = [(g.weight, g.body.grade(answer.get(g.name))) for g in self.gaps]
        whole = sum(g.weight for g in self.gaps)
        return Mark(
            sum(weight * mark.fraction for weight, mark in marks) / whole,
            tuple(f for _, mark in marks for f in mark.feedback),
            any(mark.for_person for _, mark in marks),
        )

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        found: list[Field] = []
        gaps = {gap.name: gap for gap in self.gaps}
        for i, piece in enumerate(GAP.split(worded(self.text, lang))):
            if i % 2 == 0:
                found += [Field("words", label=piece)] if piece else []
                continue
            (inner,) = gaps[piece].body.fields(f"{name}.{piece}", lang, orders)
            found.append(Field("select", inner.name, "", inner.options) if inner.options else inner)
        return tuple(found)

    def received(self, name: str, sent: Sent, orders: Orders) -> dict[str, Any] | None:
        answers = {gap.name: gap.body.received(f"{name}.{gap.name}", sent, orders) for gap in self.gaps}
        return {gap: answer for gap, answer in answers.items() if answer is not None} or None

    def solution(self, lang: Lang) -> list[str]:
        right = {gap.name: next(iter(gap.body.solution(lang)), "…") for gap in self.gaps}
        return [GAP.sub(lambda match: right[match[1]], worded(self.text, lang))]

    def written(self) -> dict[str, Any]:
        gaps = {
            g.name: {"type": g.body.kind} | ({} if g.weight == 1 else {"weight": g.weight}) | g.body.written()
            for g in self.gaps
        }
        return {"text": both(self.text), "gaps": gaps}

    def texts(self) -> Iterator[Text]:
        yield self.text
        for gap in self.gaps:
            yield from gap.body.texts()

    def problems(self) -> Iterator[Text]:
        names = [g.name for g in self.gaps]
        if not names:
            yield Text("填空至少要有一个空", "a cloze needs at least one gap")
        for text in (self.text.zh, self.text.en):
            if text and sorted(GAP.findall(text)) != sorted(names):
                yield Text("正文里的空和下面列出的空对不上（gaps）", "the gaps in the text are not those listed for it (gaps)")
        for gap in self.gaps:
            yield from gap.body.problems()
            if gap.weight <= 0:
                yield Text("空的权重要大于 0", "the weight of a gap is above 0")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Cloze:
        """Read from ``quiz.yaml``."""
        gaps = []
        for name, member in (fields["gaps"].fields() if "gaps" in fields else {}).items():
            parts = member.fields()
            kind = _IN_GAPS.get(parts["type"].string() if "type" in parts else "")
            if kind is None:
                member.wrong(f"空的 type 只能是 {'、'.join(_IN_GAPS)}", f"the type of a gap is one of {', '.join(_IN_GAPS)}")
                continue
            weight = parts["weight"].number() if "weight" in parts else 1.0
            gaps.append(Gap(name, kind.read(member, parts), weight))
        if "text" not in fields:
            node.wrong("缺 text", "a text is missing")
        return cls(fields["text"].words() if "text" in fields else NOTHING, tuple(gaps))

