"""The rule of a quiz: which questions are drawn, how long and how often, what passes, and what is shown when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Literal, get_args

from kbplatform.sdk import FieldError, InvalidInput, Text

if TYPE_CHECKING:
    from kbplatform_quizzes.store import Stored

Review = Literal["end", "closed", "never"]
"""When a taker sees more than the score: once they are done, once the quiz is closed, never."""
Shown = Literal["marks", "feedback", "solution"]
Counts = Literal["best", "first", "last"]
REVIEWS: tuple[Review, ...] = get_args(Review)
SHOWN: tuple[Shown, ...] = get_args(Shown)
COUNTS: tuple[Counts, ...] = get_args(Counts)
MAX_POOLS = 20
MAX_DRAWN = 100
MAX_MINUTES = 600
MAX_ATTEMPTS = 100
MAX_MARKERS = 2


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions to draw from. Empty lists restrict nothing; ``count`` 0 takes all. ``keys`` (``slug/id``) names single ones."""

    practices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    difficulty: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    count: int = 0

    def has(self, stored: Stored) -> bool:
        """Whether a question belongs here."""
        question = stored.question
        return (
            (not self.practices or stored.slug in self.practices)
            and (not self.kinds or question.body.kind in self.kinds)
            and (not self.tags or bool(set(self.tags) & set(question.tags)))
            and (not self.difficulty or question.difficulty in self.difficulty)
            and (not self.keys or f"{stored.slug}/{question.id}" in self.keys)
        )

    def written(self) -> dict[str, Any]:
        """As JSON, without what restricts nothing."""
        lists = {name: list(getattr(self, name)) for name in ("practices", "kinds", "tags", "difficulty", "keys")}
        return {name: value for name, value in lists.items() if value} | ({"count": self.count} if self.count else {})


@dataclass(frozen=True, slots=True)
class Rule:
    """``minutes`` and ``attempts`` 0 mean no limit. ``exam``: no pausing, and leaving the window is recorded; else it is training.

    ``grace`` seconds after the deadline an answer that was under way still counts. ``markers`` is how many people mark an essay.
    """

    pools: tuple[Pool, ...]
    shuffled: bool = True
    minutes: int = 0
    grace: int = 30
    attempts: int = 0
    counts: Counts = "best"
    pass_percent: float = 80.0
    exam: bool = False
    review: Review = "end"
    shown: frozenset[Shown] = field(default=frozenset(SHOWN))
    certainty: bool = True
    markers: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def practices(self) -> tuple[str, ...]:
        """The practices that questions come from; empty where they come from all."""
        named = [p.practices or tuple(dict.fromkeys(key.partition("/")[0] for key in p.keys)) for p in self.pools]
        return tuple(dict.fromkeys(slug for slugs in named for slug in slugs)) if all(named) else ()

    def written(self) -> dict[str, Any]:
        """As JSON, to read back without a difference."""
        return {
            "pools": [pool.written() for pool in self.pools],
            "shuffled": self.shuffled,
            "minutes": self.minutes,
            "grace": self.grace,
            "attempts": self.attempts,
            "counts": self.counts,
            "pass_percent": self.pass_percent,
            "exam": self.exam,
            "review": self.review,
            "shown": sorted(self.shown),
            "certainty": self.certainty,
            "markers": self.markers,
            "opens_at": self.opens_at.isoformat() if self.opens_at else None,
            "closes_at": self.closes_at.isoformat() if self.closes_at else None,
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rule:
        """A rule from JSON. Raises InvalidInput that names each field that can't be used."""
        reader = _Reader(data, cls.__dataclass_fields__)
        rule = cls(
            pools=reader.pools(),
            shuffled=reader.truth("shuffled", default=True),
            minutes=reader.whole("minutes", 0, MAX_MINUTES, 0),
            grace=reader.whole("grace", 0, 600, 30),
            attempts=reader.whole("attempts", 0, MAX_ATTEMPTS, 0),
            counts=reader.one("counts", COUNTS),
            pass_percent=reader.number("pass_percent", 0, 100, 80),
            exam=reader.truth("exam", default=False),
            review=reader.one("review", REVIEWS),
            shown=reader.shown(),
            certainty=reader.truth("certainty", default=True),
            markers=reader.whole("markers", 1, MAX_MARKERS, 1),
            opens_at=reader.moment("opens_at"),
            closes_at=reader.moment("closes_at"),
        )
        if rule.opens_at and rule.closes_at and rule.opens_at >= rule.closes_at:
            reader.wrong("closes_at", "关闭时间要晚于开放时间", "it closes after it opens")
        reader.settle()
        return rule

    def may_draw(self, stored: Stored) -> bool:
        """Whether a question may come up."""
        return any(pool.has(stored) for pool in self.pools)

    def draw(self, bank: Iterable[Stored], seed: str) -> list[Stored]:
        """The questions of one attempt: the same seed and bank give the same ones in the same order; none twice."""
        source = Random(f"draw:{seed}")  # noqa: S311 - a choice of questions, not a secret
        left = sorted(bank, key=lambda s: s.id)
        drawn: list[Stored] = []
        for pool in self.pools:
            fitting = [stored for stored in left if pool.has(stored)]
            if pool.keys and not self.shuffled:
                fitting.sort(key=lambda s: pool.keys.index(f"{s.slug}/{s.question.id}"))
            taken = source.sample(fitting, pool.count) if 0 < pool.count < len(fitting) else fitting
            drawn += taken
            gone = {stored.id for stored in taken}
            left = [stored for stored in left if stored.id not in gone]
        drawn = drawn[:MAX_DRAWN]
        if self.shuffled:
            source.shuffle(drawn)
        return drawn


class _Reader:
    """Reads a rule's fields and collects what is wrong with them."""

    def __init__(self, data: Mapping[str, Any], known: Iterable[str]) -> None:
        self._data = data
        self.problems: list[FieldError] = []
        for name in sorted(set(data) - set(known)):
            self.wrong(name, f"没有“{name}”这一项", f"there is no “{name}”")

    def wrong(self, name: str, zh: str, en: str) -> None:
        """Note a problem."""
        self.problems.append(FieldError(name, Text(zh, en)))

    def settle(self) -> None:
        """Raise what was noted, if anything."""
        if self.problems:
            raise InvalidInput(Text("这份规则有的地方不对", "Something in this rule can't be used"), fields=tuple(self.problems))

    def truth(self, name: str, *, default: bool) -> bool:
        value = self._data.get(name, default)
        if not isinstance(value, bool):
            self.wrong(name, "写 true 或 false", "write true or false")
        return bool(value)

    def number(self, name: str, low: float, high: float, default: float) -> float:
        value = self._data.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.wrong(name, f"写 {low:g} 到 {high:g} 之间的数", f"write a number from {low:g} to {high:g}")
            return default
        return float(value)

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        value = self.number(name, low, high, default)
        if value != int(value):
            self.wrong(name, "写整数", "write a whole number")
        return int(value)

    def one(self, name: str, known: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of ``known``
        value = self._data.get(name, known[0])
        if value not in known:
            self.wrong(name, f"只能是 {'、'.join(known)}", f"one of {', '.join(known)}")
            return known[0]
        return value

    def words(self, name: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._data.get(name, default)
        if not isinstance(value, list | tuple) or len(value) > 500 or any(not isinstance(v, str) or len(v) > 200 for v in value):
            self.wrong(name, "写成一组文字", "write a list of texts")
            return ()
        return tuple(value)

    def shown(self) -> frozenset[Shown]:
        words = self.words("shown", SHOWN)
        if any(word not in SHOWN for word in words):
            self.wrong("shown", f"只能是 {'、'.join(SHOWN)}", f"any of {', '.join(SHOWN)}")
        return frozenset(s for s in SHOWN if s in words)

    def moment(self, name: str) -> datetime | None:
        value = self._data.get(name)
        if value is None or value == "":
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.wrong(name, "时间写成 2026-11-27T09:00+08:00", "write a time as 2026-11-27T09:00+08:00")
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def pools(self) -> tuple[Pool, ...]:
        value = self._data.get("pools")
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_POOLS or not all(isinstance(v, Mapping) for v in value):
            self.wrong("pools", f"说出从哪里抽题，1 到 {MAX_POOLS} 组", f"say where questions are drawn from, 1 to {MAX_POOLS} groups")
            return ()
        return tuple(self._pool(i, member) for i, member in enumerate(value))

    def _pool(self, number: int, data: Mapping[str, Any]) -> Pool:
        reader = _Reader(data, Pool.__dataclass_fields__)
        difficulty = data.get("difficulty", ())
        if not isinstance(difficulty, list | tuple) or any(d not in (1, 2, 3) for d in difficulty):
            reader.wrong("difficulty", "难度是 1、2、3", "difficulty is 1, 2 or 3")
            difficulty = ()
        practices, kinds, tags, keys = (reader.words(name) for name in ("practices", "kinds", "tags", "keys"))
        pool = Pool(practices, kinds, tags, tuple(difficulty), keys, reader.whole("count", 0, MAX_DRAWN, 0))
        self.problems += [FieldError(f"pools.{number}.{p.field}", p.message) for p in reader.problems]
        return pool
