"""Choosing: one of several, several of several, true or false."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.faces import BadAnswer, Field, Orders, Sent, place, worded
from kbplatform_quizzes.question import NOTHING, Mark, both
from kbplatform_quizzes.reading import Node

Rule = Literal["all", "weighted", "minus", "part"]
RULES: dict[Rule, Text] = {
    "all": Text("全对才得分", "all or nothing"),
    "weighted": Text("按每项分值相加", "each option has its worth"),
    "minus": Text("对一项加、错一项扣", "right minus wrong"),
    "part": Text("漏选得部分分，错选不得分", "part marks for what is missing, none with a wrong one"),
}
MAX_OPTIONS = 20
TRUE_FALSE = (Text("对", "True"), Text("错", "False"))


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. ``worth`` in percent: 100 is right; None takes what the rule gives. ``why`` says what happens next."""

    text: Text
    right: bool = False
    why: Text = NOTHING
    worth: float | None = None

    def written(self) -> dict[str, Any]:
        """As in ``quiz.yaml``."""
        out: dict[str, Any] = {"text": both(self.text)}
        if self.right:
            out["right"] = True
        if self.worth is not None:
            out["worth"] = int(self.worth) if self.worth == int(self.worth) else self.worth
        if self.why:
            out["why"] = both(self.why)
        return out

    @classmethod
    def read(cls, node: Node) -> Option:
        """Read from ``quiz.yaml``."""
        fields = node.fields()
        node.only(fields, {"text", "right", "why", "worth"})
        option = cls(
            text=fields["text"].words() if "text" in fields else NOTHING,
            right="right" in fields and fields["right"].truth(),
            why=fields["why"].words() if "why" in fields else NOTHING,
        )
        if "worth" in fields:
            worth = fields["worth"].number()
            if not -100 <= worth <= 100:
                fields["worth"].wrong("分值在 −100 到 100 之间", "worth is from −100 to 100")
            option = replace(option, worth=worth)
        return option


def chosen(answer: object, count: int) -> int:
    """The position of an option, from 0. Raises BadAnswer."""
    if isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < count:
        return answer
    raise BadAnswer(Text("没有这个选项", "There is no such option"))


def _shown(options: tuple[Option, ...], name: str, lang: Lang, orders: Orders) -> tuple[str, ...]:
    return tuple(worded(options[i].text, lang) for i in orders.of(name, len(options)))


def _options_of(node: Node, fields: dict[str, Node]) -> tuple[Option, ...]:
    if "options" not in fields:
        node.wrong("缺 options", "options are missing")
        return ()
    return tuple(Option.read(member) for member in fields["options"].members())


def _option_problems(options: tuple[Option, ...]) -> Iterator[Text]:
    if not 2 <= len(options) <= MAX_OPTIONS:
        yield Text(f"要有 2 到 {MAX_OPTIONS} 个选项", f"needs 2 to {MAX_OPTIONS} options")
    if any(not option.text for option in options):
        yield Text("有选项是空的", "an option is empty")


@dataclass(frozen=True, slots=True)
class Single:
    """One of several. Where no option has a worth of its own, the right one gives all."""

    options: tuple[Option, ...]
    kind: ClassVar[str] = "single"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the position of the option."""
        if answer is None:
            return Mark(0.0)
        option = self.options[chosen(answer, len(self.options))]
        worth = option.worth if option.worth is not None else 100.0 * option.right
        return Mark(max(0.0, worth / 100), (option.why,) if option.why else ())

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        return (Field("radio", name, options=_shown(self.options, name, lang, orders)),)

    def received(self, name: str, sent: Sent, orders: Orders) -> int | None:
        at = place(sent.get(name, []), len(self.options))
        return None if at is None else orders.of(name, len(self.options))[at]

    def solution(self, lang: Lang) -> list[str]:
        return [worded(o.text, lang) for o in self.options if o.right or o.worth == 100]

    def written(self) -> dict[str, Any]:
        return {"options": [o.written() for o in self.options]}

    def texts(self) -> Iterator[Text]:
        for option in self.options:
            yield option.text
            if option.why:
                yield option.why

    def problems(self) -> Iterator[Text]:
        yield from _option_problems(self.options)
        if sum(o.right for o in self.options) != 1:
            yield Text("单选要有且只有一个正确选项（right: true）", "a single choice has exactly one right option (right: true)")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Single:
        """Read from ``quiz.yaml``."""
        return cls(_options_of(node, fields))


@dataclass(frozen=True, slots=True)
class Multiple:
    """Several of several, marked by one of four rules."""

    options: tuple[Option, ...]
    rule: Rule = "all"
    kind: ClassVar[str] = "multiple"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the list of the positions that were chosen."""
        if answer is None:
            return Mark(0.0)
        if not isinstance(answer, list | tuple):
            raise BadAnswer(Text("多选的答案是一组选项", "An answer to a multiple choice is a list of options"))
        picked = {chosen(a, len(self.options)) for a in answer}
        feedback = tuple(o.why for i, o in enumerate(self.options) if o.why and i in picked)
        return Mark(self._fraction(picked), feedback)

    def _fraction(self, picked: set[int]) -> float:
        right = {i for i, o in enumerate(self.options) if o.right}
        hit, wrong = len(picked & right), len(picked - right)
        if self.rule == "all":
            return float(picked == right)
        if self.rule == "minus":
            return max(0.0, (hit - wrong) / len(right))
        if self.rule == "part":
            return 0.0 if wrong else hit / len(right)
        return min(1.0, max(0.0, sum(self._worth(i, len(right)) for i in picked) / 100))

    def _worth(self, position: int, rights: int) -> float:
        option = self.options[position]
        if option.worth is not None:
            return option.worth
        return 100 / rights if option.right else 0.0

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        return (Field("checkbox", name, options=_shown(self.options, name, lang, orders)),)

    def received(self, name: str, sent: Sent, orders: Orders) -> list[int] | None:
        order = orders.of(name, len(self.options))
        places = [at for value in sent.get(name, []) if (at := place([value], len(order))) is not None]
        return [order[at] for at in places] or None

    def solution(self, lang: Lang) -> list[str]:
        return [worded(o.text, lang) for o in self.options if o.right]

    def written(self) -> dict[str, Any]:
        return {"rule": self.rule, "options": [o.written() for o in self.options]}

    def texts(self) -> Iterator[Text]:
        yield from Single(self.options).texts()

    def problems(self) -> Iterator[Text]:
        yield from _option_problems(self.options)
        if not any(o.right for o in self.options):
            yield Text("多选至少要有一个正确选项（right: true）", "a multiple choice has at least one right option (right: true)")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Multiple:
        """Read from ``quiz.yaml``."""
        word = fields["rule"].string() if "rule" in fields else "all"
        rule = next((r for r in RULES if r == word), None)
        if rule is None:
            fields["rule"].wrong(f"rule 只能是 {'、'.join(RULES)}", f"rule is one of {', '.join(RULES)}")
        return cls(_options_of(node, fields), rule or "all")


@dataclass(frozen=True, slots=True)
class TrueFalse:
    """A statement that holds or doesn't; ``why_true`` and ``why_false`` answer those who chose that."""

    right: bool
    why_true: Text = NOTHING
    why_false: Text = NOTHING
    kind: ClassVar[str] = "truefalse"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is true or false."""
        if answer is None:
            return Mark(0.0)
        if not isinstance(answer, bool):
            raise BadAnswer(Text("请答对或错", "Answer true or false"))
        why = self.why_true if answer else self.why_false
        return Mark(float(answer == self.right), (why,) if why else ())

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - true stands before false
        return (Field("radio", name, options=tuple(t.in_(lang) for t in TRUE_FALSE)),)

    def received(self, name: str, sent: Sent, orders: Orders) -> bool | None:  # noqa: ARG002 - as above
        at = place(sent.get(name, []), 2)
        return None if at is None else at == 0

    def solution(self, lang: Lang) -> list[str]:
        return [TRUE_FALSE[0 if self.right else 1].in_(lang)]

    def written(self) -> dict[str, Any]:
        whys = {name: both(why) for name, why in (("why_true", self.why_true), ("why_false", self.why_false)) if why}
        return {"right": self.right} | whys

    def texts(self) -> Iterator[Text]:
        yield from (why for why in (self.why_true, self.why_false) if why)

    def problems(self) -> Iterator[Text]:
        yield from ()

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> TrueFalse:
        """Read from ``quiz.yaml``."""
        if "right" not in fields:
            node.wrong("缺 right: true 或 false", "right: true or false is missing")
        whys = [fields[n].words() if n in fields else NOTHING for n in ("why_true", "why_false")]
        return cls("right" in fields and fields["right"].truth(), *whys)
