"""A role-play: a call as a graph. The caller's reaction answers each choice; the verdict comes at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.faces import BadAnswer, Field, Orders, Sent
from kbplatform_quizzes.kinds.choice import chosen
from kbplatform_quizzes.question import NOTHING, Mark, both
from kbplatform_quizzes.reading import Node

Outcome = Literal["recovered", "contained", "lost"]
OUTCOMES: Mapping[str, float] = {"recovered": 1.0, "contained": 0.5, "lost": 0.0}
MAX_NODES = 60
MAX_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """What one may say. ``trust`` is how the caller's trust moves (−3 to 3).

    ``crosses`` names a red line this crosses (``disclosed``, ``invented-time``); ``mends`` one that it puts right again.
    ``better`` is a better line, shown in the debrief.
    """

    text: Text
    to: str
    trust: int = 0
    crosses: str = ""
    mends: str = ""
    why: Text = NOTHING
    better: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Scene:
    """What the caller says, and what may be said to it."""

    id: str
    says: Text
    choices: tuple[Choice, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the call ends: recovered, contained or lost."""

    id: str
    outcome: Outcome
    text: Text


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the graph: scenes passed with the choice taken in each, trust at the end, red lines left open."""

    steps: tuple[tuple[Scene, Choice], ...]
    at: Scene | Ending
    trust: int
    crossed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """``start`` is a scene; every way from it leads to an ending, none back to where it was."""

    start: str
    scenes: tuple[Scene, ...]
    endings: tuple[Ending, ...]
    kind: ClassVar[str] = "scenario"

    def place(self, name: str) -> Scene | Ending | None:
        """The scene or ending of this id."""
        return next((place for place in self.places if place.id == name), None)

    @property
    def places(self) -> tuple[Scene | Ending, ...]:
        """Scenes, then endings."""
        return (*self.scenes, *self.endings)

    def walk(self, path: Any) -> Walk:  # noqa: ANN401 - JSON
        """Follow the positions of the choices taken. Raises BadAnswer for a choice that isn't there or one after the end."""
        if not isinstance(path, list | tuple):
            raise BadAnswer(Text("答案是一串选择", "The answer is the list of choices"))
        at = self.place(self.start)
        steps: list[tuple[Scene, Choice]] = []
        trust, crossed = 0, list[str]()
        for step in path:
            if not isinstance(at, Scene):
                raise BadAnswer(Text("这通电话已经结束了", "This call has ended"))
            choice = at.choices[chosen(step, len(at.choices))]
            steps.append((at, choice))
            trust += choice.trust
            crossed = [c for c in crossed if c != choice.mends] + ([choice.crosses] if choice.crosses else [])
            at = self.place(choice.to)
        assert at is not None  # noqa: S101 - problems() is empty for every question that is asked
        return Walk(tuple(steps), at, trust, tuple(dict.fromkeys(crossed)))

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """``answer`` is the list of choices. A call not finished, or with a red line crossed and not mended, is 0."""
        if answer is None:
            return Mark(0.0)
        walk = self.walk(answer)
        if not isinstance(walk.at, Ending):
            return Mark(0.0)
        whys = tuple(choice.why for _, choice in walk.steps if choice.why)
        return Mark(0.0 if walk.crossed else OUTCOMES[walk.at.outcome], (*whys, walk.at.text), crossed=walk.crossed)

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - played scene by scene, not filled in
        return ()

    def received(self, name: str, sent: Sent, orders: Orders) -> list[int] | None:  # noqa: ARG002 - the path is one value
        steps = "".join(sent.get(name, [])[:1])
        if not steps:
            return None
        if not all(step.isdecimal() and len(step) < 3 for step in steps.split(".")):
            raise BadAnswer(Text("没有这个选择", "There is no such choice"))
        return [int(step) for step in steps.split(".")]

    def solution(self, lang: Lang) -> list[str]:  # noqa: ARG002 - there is more than one good way
        return []

    def written(self) -> dict[str, Any]:
        scenes = {s.id: {"says": both(s.says), "choices": [_choice_written(c) for c in s.choices]} for s in self.scenes}
        endings = {e.id: {"outcome": e.outcome, "text": both(e.text)} for e in self.endings}
        return {"start": self.start, "scenes": scenes, "endings": endings}

    def texts(self) -> Iterator[Text]:
        for scene in self.scenes:
            yield scene.says
            for choice in scene.choices:
                yield choice.text
                yield from (t for t in (choice.why, choice.better) if t)
        yield from (e.text for e in self.endings)

    def problems(self) -> Iterator[Text]:
        known = {place.id for place in self.places}
        if len(known) < len(self.scenes) + len(self.endings):
            yield Text("场景和结局不能同名", "a scene and an ending have the same name")
        if self.start not in {s.id for s in self.scenes}:
            yield Text(f"开头的场景不存在：{self.start}（start）", f"the scene it starts with isn't there: {self.start} (start)")
        if not self.scenes or len(self.scenes) > MAX_NODES:
            yield Text(f"场景要有 1 到 {MAX_NODES} 个", f"needs 1 to {MAX_NODES} scenes")
        for scene in self.scenes:
            if not 2 <= len(scene.choices) <= MAX_CHOICES:
                zh = f"场景 {scene.id} 要有 2 到 {MAX_CHOICES} 个选择，否则走不下去"
                yield Text(zh, f"scene {scene.id} needs 2 to {MAX_CHOICES} choices, or it is a dead end")
            for choice in scene.choices:
                if choice.to not in known:
                    yield Text(f"场景 {scene.id} 通向不存在的 {choice.to}", f"scene {scene.id} leads to {choice.to}, which isn't there")
        yield from self._ways()

    def _ways(self) -> Iterator[Text]:
        """Loops, and scenes no way leads to."""
        scenes = {s.id: s for s in self.scenes}
        done: set[str] = set()
        under_way: list[str] = []
        waiting: list[tuple[str, bool]] = [(self.start, False)]
        while waiting:
            name, leaving = waiting.pop()
            if leaving:
                under_way.remove(name)
                done.add(name)
                continue
            if name in under_way:
                way = " → ".join([*under_way[under_way.index(name) :], name])
                yield Text(f"走回头路了：{way}", f"a loop: {way}")
                continue
            if name in done:
                continue
            if name not in scenes:
                done.add(name)
                continue
            under_way.append(name)
            waiting.append((name, True))
            waiting += [(choice.to, False) for choice in scenes[name].choices]
        for place in self.places:
            if place.id not in done:
                yield Text(f"没有路通到 {place.id}", f"no way leads to {place.id}")

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Scenario:
        """Read from ``quiz.yaml``."""
        for name in ("start", "scenes", "endings"):
            if name not in fields:
                node.wrong(f"缺 {name}", f"{name} is missing")
        scenes = fields["scenes"].fields() if "scenes" in fields else {}
        endings = fields["endings"].fields() if "endings" in fields else {}
        return cls(
            fields["start"].string() if "start" in fields else "",
            tuple(_scene(name, member) for name, member in scenes.items()),
            tuple(_ending(name, member) for name, member in endings.items()),
        )


def _scene(name: str, node: Node) -> Scene:
    parts = node.fields()
    node.only(parts, {"says", "choices"})
    choices = parts["choices"].members() if "choices" in parts else []
    return Scene(name, parts["says"].words() if "says" in parts else NOTHING, tuple(_choice(c) for c in choices), node.line)


def _choice(node: Node) -> Choice:
    parts = node.fields()
    node.only(parts, {"text", "to", "trust", "crosses", "mends", "why", "better"})

    def string(name: str) -> str:
        return parts[name].string() if name in parts else ""

    def words(name: str) -> Text:
        return parts[name].words() if name in parts else NOTHING

    trust = parts["trust"].number() if "trust" in parts else 0
    if trust != int(trust) or not -3 <= trust <= 3:
        parts["trust"].wrong("信任的变化（trust）是 −3 到 3 的整数", "trust moves by a whole number from −3 to 3")
    return Choice(words("text"), string("to"), int(trust), string("crosses"), string("mends"), words("why"), words("better"))


def _choice_written(choice: Choice) -> dict[str, Any]:
    out: dict[str, Any] = {"text": both(choice.text), "to": choice.to}
    if choice.trust:
        out["trust"] = choice.trust
    out |= {n: v for n, v in (("crosses", choice.crosses), ("mends", choice.mends)) if v}
    return out | {n: both(v) for n, v in (("why", choice.why), ("better", choice.better)) if v}


def _ending(name: str, node: Node) -> Ending:
    parts = node.fields()
    node.only(parts, {"outcome", "text"})
    outcome = parts["outcome"].string() if "outcome" in parts else ""
    known: tuple[Outcome, ...] = get_args(Outcome)
    found = next((o for o in known if o == outcome), None)
    if found is None:
        node.wrong("outcome 写 recovered、contained 或 lost", "outcome is recovered, contained or lost")
    return Ending(name, found or "lost", parts["text"].words() if "text" in parts else NOTHING)
