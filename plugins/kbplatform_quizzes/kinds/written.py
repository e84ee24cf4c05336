"""Writing: a short answer, a number, an essay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any, ClassVar

from kbplatform.sdk import Lang, Text, read_quantity
from kbplatform_quizzes.faces import BadAnswer, Field, Orders, Sent, worded
from kbplatform_quizzes.question import NOTHING, Mark, both
from kbplatform_quizzes.reading import Node
from kbplatform_quizzes.wording import nearly, plain

CONVERTED = Context(prec=12)
"""Digits of a number in another unit: 1800 s are 30 min, though a sixtieth has no last digit."""
LARGEST = Decimal("1e100")
MAX_SHORT = 400
MAX_ESSAY = 20_000


def typed(answer: object, most: int) -> str:
    """A text of at most ``most`` characters. Raises BadAnswer."""
    if not isinstance(answer, str | int | float) or isinstance(answer, bool):
        raise BadAnswer(Text("请写文字", "Write a text"))
    text = str(answer)
    if len(text) > most:
        raise BadAnswer(Text(f"最多 {most:,} 个字，现在是 {len(text):,}", f"At most {most:,} characters; these are {len(text):,}"))
    return text


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that counts, with its worth in percent. A form in either language is accepted whatever language is shown."""

    text: Text
    worth: float = 100
    why: Text = NOTHING

    def written(self) -> dict[str, Any]:
        """As in ``quiz.yaml``."""
        worth = {} if self.worth == 100 else {"worth": self.worth}
        return {"text": both(self.text)} | worth | ({"why": both(self.why)} if self.why else {})

    @classmethod
    def read(cls, node: Node) -> Accepted:
        """Read from ``quiz.yaml``."""
        fields = node.fields()
        node.only(fields, {"text", "worth", "why"})
        return cls(
            fields["text"].words() if "text" in fields else NOTHING,
            fields["worth"].number() if "worth" in fields else 100,
            fields["why"].words() if "why" in fields else NOTHING,
        )


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A few words, compared exactly after width, case, spaces and marks; near misses go to a trainer. ``otherwise`` answers what isn't accepted."""

    answers: tuple[Accepted, ...]
    otherwise: Text = NOTHING
    kind: ClassVar[str] = "shortanswer"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the text."""
        if answer is None:
            return Mark(0.0)
        text = typed(answer, MAX_SHORT)
        for accepted in self.answers:
            if plain(text) in {plain(form) for form in (accepted.text.zh, accepted.text.en) if form}:
                return Mark(max(0.0, min(1.0, accepted.worth / 100)), (accepted.why,) if accepted.why else ())
        near = any(nearly(text, form) for a in self.answers if a.worth > 0 for form in (a.text.zh, a.text.en) if form)
        return Mark(0.0, (self.otherwise,) if self.otherwise else (), for_person=near)

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - one control has no order
        return (Field("text", name),)

    def received(self, name: str, sent: Sent, orders: Orders) -> str | None:  # noqa: ARG002 - as above
        return next((v for v in sent.get(name, []) if v.strip()), None)

    def solution(self, lang: Lang) -> list[str]:
        return [worded(a.text, lang) for a in self.answers if a.worth == 100]

    def written(self) -> dict[str, Any]:
        return {"answers": [a.written() for a in self.answers]} | ({"otherwise": both(self.otherwise)} if self.otherwise else {})

    def texts(self) -> Iterator[Text]:
        for accepted in self.answers:
            yield accepted.text
            if accepted.why:
                yield accepted.why
        if self.otherwise:
            yield self.otherwise

    def problems(self) -> Iterator[Text]:
        if not any(a.worth == 100 and a.text for a in self.answers):
            yield Text("简答至少要有一个满分答案", "a short answer needs at least one answer that is fully right")
        if any(not plain(a.text.zh) and not plain(a.text.en) for a in self.answers):
            yield Text("有答案是空的", "an answer is empty")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> ShortAnswer:
        """Read from ``quiz.yaml``."""
        if "answers" not in fields:
            node.wrong("缺 answers", "answers are missing")
            return cls(())
        return cls(tuple(Accepted.read(m) for m in fields["answers"].members()), _otherwise(fields))


def _otherwise(fields: dict[str, Node]) -> Text:
    return fields["otherwise"].words() if "otherwise" in fields else NOTHING


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers that count: from ``low`` to ``high``, both included, with their worth in percent."""

    low: Decimal
    high: Decimal
    worth: float = 100
    why: Text = NOTHING

    @property
    def value(self) -> Decimal:
        """The middle."""
        return (self.low + self.high) / 2

    def written(self) -> dict[str, Any]:
        """As in ``quiz.yaml``: the value with its tolerance."""
        tolerance = (self.high - self.low) / 2
        out: dict[str, Any] = {"value": _yaml(self.value)}
        if tolerance:
            out["tolerance"] = _yaml(tolerance)
        if self.worth != 100:
            out["worth"] = self.worth
        return out | ({"why": both(self.why)} if self.why else {})

    @classmethod
    def read(cls, node: Node) -> Span:
        """Read from ``quiz.yaml``: ``value`` with ``tolerance``, or ``from`` and ``to``."""
        fields = node.fields()
        node.only(fields, {"value", "tolerance", "from", "to", "worth", "why"})
        if "value" in fields:
            value, tolerance = _decimal(fields["value"]), _decimal(fields["tolerance"]) if "tolerance" in fields else Decimal()
            low, high = value - abs(tolerance), value + abs(tolerance)
        elif "from" in fields and "to" in fields:
            low, high = _decimal(fields["from"]), _decimal(fields["to"])
        else:
            node.wrong("写 value（可加 tolerance），或 from 和 to", "write value (with tolerance if any), or from and to")
            low = high = Decimal()
        if low > high:
            node.wrong("from 比 to 大", "from is more than to")
        worth = fields["worth"].number() if "worth" in fields else 100
        return cls(low, high, worth, fields["why"].words() if "why" in fields else NOTHING)


def _decimal(node: Node) -> Decimal:
    try:
        value = Decimal(node.string())
        if value.is_finite() and abs(value) < LARGEST:
            return value
    except InvalidOperation:
        pass
    node.wrong("这里要写一个数", "write a number here")
    return Decimal()


def _yaml(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit an answer may carry; ``times`` converts it to the unit of the spans."""

    name: Text
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Numerical:
    """A number within tolerance. ``units`` are those that may stand behind it; ``unit_needed`` asks for one. ``otherwise`` answers other numbers."""

    answers: tuple[Span, ...]
    units: tuple[Unit, ...] = ()
    unit_needed: bool = False
    otherwise: Text = NOTHING
    kind: ClassVar[str] = "numerical"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the number as typed, with its unit if it has one."""
        if answer is None:
            return Mark(0.0)
        found = read_quantity(typed(answer, MAX_SHORT))
        if found is None:
            raise BadAnswer(Text("请写一个数，例如 33.3", "Write a number, for example 33.3"))
        value, unit = found.value, found.unit
        known = next((u for u in self.units if unit and plain(unit) in {plain(u.name.zh), plain(u.name.en)}), None)
        if (unit and known is None) or (self.unit_needed and not unit):
            return Mark(0.0, for_person=any(s.low <= value <= s.high for s in self.answers))
        value = CONVERTED.multiply(value, known.times) if known else value
        fitting = [s for s in self.answers if s.low <= value <= s.high]
        best = max(fitting, key=lambda s: s.worth, default=None)
        if best is None:
            return Mark(0.0, (self.otherwise,) if self.otherwise else ())
        return Mark(max(0.0, min(1.0, best.worth / 100)), (best.why,) if best.why else ())

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - one control has no order
        return (Field("number", name),)

    def received(self, name: str, sent: Sent, orders: Orders) -> str | None:  # noqa: ARG002 - as above
        return next((v for v in sent.get(name, []) if v.strip()), None)

    def solution(self, lang: Lang) -> list[str]:
        return [self._said(span, lang) for span in self.answers if span.worth == 100]

    def _said(self, span: Span, lang: Lang) -> str:
        unit = worded(self.units[0].name, lang) if self.units else ""
        return f"{span.value.normalize():f} {unit}".strip()

    def written(self) -> dict[str, Any]:
        out: dict[str, Any] = {"answers": [a.written() for a in self.answers]}
        if self.units:
            out["units"] = [{"name": both(u.name)} | ({} if u.times == 1 else {"times": _yaml(u.times)}) for u in self.units]
        if self.unit_needed:
            out["unit_needed"] = True
        return out | ({"otherwise": both(self.otherwise)} if self.otherwise else {})

    def texts(self) -> Iterator[Text]:
        yield from (u.name for u in self.units)
        yield from (t for t in (*(a.why for a in self.answers), self.otherwise) if t)

    def problems(self) -> Iterator[Text]:
        if not any(a.worth == 100 for a in self.answers):
            yield Text("数值题至少要有一个满分答案", "a numerical question needs at least one answer that is fully right")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Numerical:
        """Read from ``quiz.yaml``."""
        if "answers" not in fields:
            node.wrong("缺 answers", "answers are missing")
            return cls(())
        units = []
        for member in fields["units"].members() if "units" in fields else []:
            parts = member.fields()
            member.only(parts, {"name", "times"})
            times = _decimal(parts["times"]) if "times" in parts else Decimal(1)
            units.append(Unit(parts["name"].words() if "name" in parts else NOTHING, times))
        needed = "unit_needed" in fields and fields["unit_needed"].truth()
        return cls(tuple(Span.read(m) for m in fields["answers"].members()), tuple(units), needed, _otherwise(fields))


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of a rubric: what is looked for, and the points it gives at most."""

    text: Text
    points: float


@dataclass(frozen=True, slots=True)
class Essay:
    """A free text that a trainer marks by the rubric."""

    rubric: tuple[Criterion, ...]
    kind: ClassVar[str] = "essay"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the text; an empty one is 0, any other waits for a person."""
        if answer is None:
            return Mark(0.0)
        return Mark(0.0, for_person=bool(typed(answer, MAX_ESSAY).strip()))

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - one control has no order
        return (Field("essay", name),)

    def received(self, name: str, sent: Sent, orders: Orders) -> str | None:  # noqa: ARG002 - as above
        return next((v for v in sent.get(name, []) if v.strip()), None)

    def solution(self, lang: Lang) -> list[str]:  # noqa: ARG002 - a person decides
        return []

    def written(self) -> dict[str, Any]:
        return {"rubric": [{"text": both(c.text), "points": int(c.points) if c.points == int(c.points) else c.points} for c in self.rubric]}

    def texts(self) -> Iterator[Text]:
        yield from (c.text for c in self.rubric)

    def problems(self) -> Iterator[Text]:
        if not self.rubric or any(c.points <= 0 for c in self.rubric):
            yield Text("评分标准至少一条，每条分值大于 0", "a rubric has at least one line, each with points above 0")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Essay:
        """Read from ``quiz.yaml``."""
        if "rubric" not in fields:
            node.wrong("缺 rubric", "a rubric is missing")
            return cls(())
        criteria = []
        for member in fields["rubric"].members():
            parts = member.fields()
            member.only(parts, {"text", "points"})
            points = parts["points"].number() if "points" in parts else 1.0
            criteria.append(Criterion(parts["text"].words() if "text" in parts else NOTHING, points))
        return cls(tuple(criteria))
