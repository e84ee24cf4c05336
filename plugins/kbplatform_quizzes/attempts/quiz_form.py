"""The form of a quiz: what was typed, read as a rule, and a rule as the form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import FieldError, InvalidInput, Text, utcnow
from kbplatform_quizzes.attempts.quizzes import QuizView, Wanted
from kbplatform_quizzes.attempts.rules import MAX_POOLS, Pool, Rule

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

_TRUTHS = ("shuffled", "exam", "certainty")
_NUMBERS = ("minutes", "grace", "attempts", "pass_percent", "markers")
_WORDS = ("counts", "review")
_POOL_LISTS = ("practices", "kinds", "tags", "difficulty", "keys")


@dataclass(frozen=True, slots=True)
class QuizForm:
    """What the form shows: as it was typed, so that nothing is lost when something is wrong with it."""

    values: Mapping[str, str]
    pools: tuple[Mapping[str, Any], ...]
    shown: frozenset[str]

    @classmethod
    def of(cls, quiz: QuizView) -> QuizForm:
        """The form of a quiz that is there."""
        rule = quiz.rule
        values = {"key": quiz.key, "zh": quiz.title.zh, "en": quiz.title.en, "state": quiz.state, "practice": quiz.practice or ""}
        values |= {name: "1" if getattr(rule, name) else "" for name in _TRUTHS}
        values |= {name: f"{getattr(rule, name):g}" for name in _NUMBERS}
        values |= {name: getattr(rule, name) for name in _WORDS}
        values |= {name: at.astimezone().strftime("%Y-%m-%dT%H:%M") if (at := getattr(rule, name)) else "" for name in ("opens_at", "closes_at")}
        pools = tuple({name: [str(v) for v in getattr(p, name)] for name in _POOL_LISTS} | {"count": str(p.count or "")} for p in rule.pools)
        return cls(values, pools, frozenset(rule.shown))

    @classmethod
    def empty(cls) -> QuizForm:
        """The form of a new quiz: ten questions of all practices, for training."""
        rule = Rule(pools=(Pool(count=10),))
        return cls.of(QuizView(0, "", Text("", ""), "open", rule))

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> QuizForm:
        """What was sent, cut where no field is longer."""
        names = ("key", "zh", "en", "state", "practice", *_TRUTHS, *_NUMBERS, *_WORDS, "opens_at", "closes_at")
        values = {name: form.get(name, "")[:300].replace("\0", "�") for name in names}
        pools = []
        for i in range(MAX_POOLS):
            if f"pool.{i}.count" in form:
                lists = {n: [v[:200] for v in form.getlist(f"pool.{i}.{n}")[:500] if v] for n in ("practices", "kinds", "difficulty")}
                words = {n: form.get(f"pool.{i}.{n}", "")[:8_000].replace(",", " ").replace("，", " ").split() for n in ("tags", "keys")}
                pools.append(lists | words | {"count": form.get(f"pool.{i}.count", "")[:10]})
        return cls(values, tuple(pools), frozenset(form.getlist("shown")[:10]))

    def wanted(self, key: str = "") -> Wanted:
        """The quiz it describes. Raises InvalidInput that names each field of the form."""
        problems: list[FieldError] = []

        def number(name: str, text: str) -> float | None:
            try:
                return float(text) if text.strip() else None
            except ValueError:
                problems.append(FieldError(name, Text("写一个数", "write a number")))
                return None

        data: dict[str, Any] = {name: bool(self.values[name]) for name in _TRUTHS}
        data |= {name: value for name in _NUMBERS if (value := number(name, self.values[name])) is not None}
        data |= {name: self.values[name] for name in _WORDS}
        data |= {name: _moment(self.values[name]) for name in ("opens_at", "closes_at")}
        data["shown"] = sorted(self.shown)
        data["pools"] = [
            {name: pool[name] for name in _POOL_LISTS if name != "difficulty"}
            | {"difficulty": [int(d) for d in pool["difficulty"] if d in {"1", "2", "3"}], "count": number(f"pools.{i}.count", pool["count"]) or 0}
            for i, pool in enumerate(self.pools)
        ]
        rule: Rule | None = None
        try:
            rule = Rule.read(data)
        except InvalidInput as error:
            problems += error.fields
        title = Text(self.values["zh"].strip(), self.values["en"].strip())
        wanted = Wanted(key or self.values["key"].strip(), title, self.values["state"], rule or Rule(()), self.values["practice"] or None)
        try:
            wanted.check()
        except InvalidInput as error:
            problems += error.fields
        if problems or rule is None:
            message = Text("有的地方不对，请看标出的几项", "Something isn't right yet: see the fields that are marked")
            raise InvalidInput(message, fields=tuple(problems))
        return wanted


def zone() -> str:
    """The zone that the form's times are in, ``UTC+08:00``: that of the place where the server stands, as due days are."""
    offset = f"{utcnow().astimezone():%z}"
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"


def _moment(text: str) -> str | None:
    """A time of the form with its zone; as it was typed where it is none, so that the rule can say so."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat() if text else None
    except (ValueError, OverflowError):
        return text
