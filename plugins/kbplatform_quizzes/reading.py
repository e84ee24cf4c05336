"""YAML that knows its lines: a stranger's file is read node by node, and each fault is told where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from kbplatform.sdk import Text

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_NODES = 50_000
MAX_WORDS = 10_000
"""Characters of one text."""
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it. What it finds wrong it tells in other words, and sometimes of another line."""


class Unreadable(Exception):
    """A file that is no YAML of ours at all."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(f"line {line}: {message.en}")
        self.line, self.message = line, message


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line. ``level`` is error or warning."""

    line: int
    message: Text
    level: str = "error"


@dataclass(slots=True)
class Faults:
    """Collects what is wrong while reading goes on."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, zh: str, en: str, level: str = "error") -> None:
        """Note a fault."""
        self.found.append(Fault(line, Text(zh, en), level))


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the file. What is asked of it and isn't there becomes a fault; reading goes on with nothing."""

    raw: yaml.Node
    faults: Faults

    @property
    def line(self) -> int:
        """1-based."""
        return int(self.raw.start_mark.line) + 1

    def wrong(self, zh: str, en: str) -> None:
        """Note a fault here."""
        self.faults.add(self.line, zh, en)

    def fields(self) -> dict[str, Node]:
        """The members of a mapping; a fault and nothing where it is none, or names one twice."""
        if not isinstance(self.raw, yaml.MappingNode):
            self.wrong("这里要写成“名称: 值”", "write this as “name: value”")
            return {}
        out: dict[str, Node] = {}
        for key, value in self.raw.value:
            name = str(key.value)
            if name in out:
                Node(key, self.faults).wrong(f"{name} 写了两次", f"{name} stands here twice")
            out[name] = Node(value, self.faults)
        return out

    def members(self) -> list[Node]:
        """The members of a list; a fault where it is none."""
        if not isinstance(self.raw, yaml.SequenceNode):
            self.wrong("这里要写成列表，每行一个“- ”", "write this as a list, each line with “- ”")
            return []
        return [Node(value, self.faults) for value in self.raw.value]

    def string(self) -> str:
        """A text; numbers and words like ``yes`` are taken as they are written."""
        if not isinstance(self.raw, yaml.ScalarNode):
            self.wrong("这里要写一段文字", "write a text here")
            return ""
        value = str(self.raw.value).strip()
        if len(value) > MAX_WORDS or any(ord(c) < 32 and c not in "\n\t" for c in value):
            self.wrong(f"最多 {MAX_WORDS} 个字，不能有控制字符", f"at most {MAX_WORDS} characters, and no control characters")
            return ""
        return value

    def number(self) -> float:
        """A number; 0 and a fault where it is none."""
        try:
            value = float(self.string())
            if abs(value) < 1e15:
                return value
        except ValueError:
            pass
        self.wrong("这里要写一个数", "write a number here")
        return 0.0

    def truth(self) -> bool:
        """``true`` or ``false``."""
        word = self.string().lower()
        if word not in {"true", "false", "yes", "no"}:
            self.wrong("这里写 true 或 false", "write true or false here")
        return word in {"true", "yes"}

    def words(self) -> Text:
        """A text in both languages: ``{zh: …, en: …}``, or one text for both."""
        if isinstance(self.raw, yaml.ScalarNode):
            return Text(self.string(), self.string())
        fields = self.fields()
        self.only(fields, {"zh", "en"})
        return Text(*(fields[lang].string() if lang in fields else "" for lang in ("zh", "en")))

    def only(self, fields: dict[str, Node], allowed: set[str]) -> None:
        """A fault for each member that has no meaning here."""
        for name, node in fields.items():
            if name not in allowed:
                node.wrong(f"这里没有“{name}”这一项", f"there is no “{name}” here")


def parse(source: bytes, faults: Faults, times: int = 1) -> Node:
    """The root of a file. Raises Unreadable for what is too large, not UTF-8, no YAML, or uses anchors.

    ``times`` as much as the file of one article may hold is let in where a file holds those of many.
    """
    most = times * MAX_BYTES
    if len(source) > most:
        raise Unreadable(0, Text(f"文件超过 {most // 1000} kB", f"the file is over {most // 1000} kB"))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(0, Text(f"不是 UTF-8：第 {error.start} 字节", f"not UTF-8: byte {error.start}")) from error
    try:
        root = _composed(text, times, _QUICK)
    except yaml.YAMLError:
        root = _in_own_words(text, times)
    if root is None:
        raise Unreadable(0, Text("文件是空的", "the file is empty"))
    return Node(root, faults)


def _in_own_words(text: str, times: int) -> yaml.Node | None:
    """Read slowly, so that a fault is told alike on every machine."""
    try:
        return _composed(text, times, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        hint = Text("缩进只用空格，冒号后面空一格，引号成对", "indent with spaces only, a blank after each colon, quotes in pairs")
        message = Text(f"不是有效的 YAML（{hint.zh}）：{_said(error)}", f"not valid YAML ({hint.en}): {_said(error)}")
        raise Unreadable(mark.line + 1 if mark else 0, message) from error


def _composed(text: str, times: int, loader: type[yaml.SafeLoader]) -> yaml.Node | None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth >= MAX_DEPTH:  # what stands in it is one deeper
            raise Unreadable(0, Text("嵌套太深", "nested too deeply"))
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(line, Text("不用 & 和 * 引用，请把内容写出来", "no & or * references: write it out"))
        if count > times * MAX_NODES:
            raise Unreadable(line, Text("内容太多，请拆成几个文件", "too much for one file: split it"))
    return yaml.compose(text, Loader=loader)


def _said(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "syntax")
