"""What each kind of question is made of, said once: the form, the differences between versions and the key in words all follow from it.

A shape names the members of the dictionary that a question is written as (``Question.written``), in the order they are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.arranging import MAX_ITEMS
from kbplatform_quizzes.kinds.choice import MAX_OPTIONS, RULES
from kbplatform_quizzes.kinds.scenario import MAX_CHOICES, MAX_NODES
from kbplatform_quizzes.question import NOTHING

Control = Literal["words", "line", "number", "pick", "tick", "one", "tags", "place", "yaml"]
"""``words`` is a text in both languages; ``one`` is ticked in one row only; ``place`` picks a scene or an ending; ``yaml`` is a
body of a kind that has no form."""
Picks = tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing to fill in. ``usual`` is left out when it is written."""

    name: str
    label: Text
    control: Control = "words"
    picks: Picks = ()
    hint: Text = NOTHING
    needed: bool = False
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of things of one shape. ``keyed`` ones are written as a mapping by their ``id``; of ``folded`` ones one is open at a time.

    ``by`` names the leaf that says which of ``variants`` a row has besides its ``shape``.
    """

    name: str
    label: Text
    each: Text
    shape: Shape
    blank: int = 2
    """Empty rows of a new question."""
    most: int = MAX_OPTIONS
    keyed: bool = False
    stub: str = ""
    """What the name of a new keyed row begins with; a number follows."""
    folded: bool = False
    by: str = ""
    variants: Mapping[str, Shape] = field(default_factory=dict)


Shape = tuple[Leaf | Rows, ...]

_TEXT = Leaf("text", Text("文字", "Text"), needed=True)
_ITSELF: Shape = (Leaf("", Text("文字", "Text"), needed=True),)
"""A row that is one text."""
_WHY = Leaf("why", Text("选了会怎样", "What happens next"))
_WORTH = Leaf("worth", Text("得分 %", "Worth %"), "number", hint=Text("空着按规则算", "Empty: by the rule"))
_FULL = Leaf("worth", Text("得分 %", "Worth %"), "number", usual="100", hint=Text("空着是 100", "Empty: 100"))
_OTHERWISE = Leaf("otherwise", Text("答了别的，告诉他什么", "What to say to any other answer"))
_SAID = Leaf("why", Text("答了这个，告诉他什么", "What to say to this answer"))


def _options(right: Leaf, blank: int = 4) -> Rows:
    return Rows("options", Text("选项", "Options"), Text("选项", "Option"), (_TEXT, right, _WHY, _WORTH), blank)


_SINGLE = (_options(Leaf("right", Text("正确答案", "The right one"), "one")),)
_SHORT: Shape = (
    Rows(
        "answers", Text("算对的答案", "Answers that count"), Text("答案", "Answer"),
        (_TEXT, _FULL, _SAID), blank=1,
    ),
    _OTHERWISE,
)  # fmt: skip
_NUMBER: Shape = (
    Rows(
        "answers", Text("算对的数", "Numbers that count"), Text("数", "Number"),
        (
            Leaf("value", Text("数值", "Value"), "number", needed=True),
            Leaf("tolerance", Text("容差 ±", "Tolerance ±"), "number"),
            _FULL, _SAID,
        ), blank=1,
    ),
    Rows(
        "units", Text("后面可以带的单位", "Units that may follow"), Text("单位", "Unit"),
        (
            Leaf("name", Text("单位", "Unit"), needed=True),
            Leaf("times", Text("换算：乘以", "Converted: times"), "number", usual="1", hint=Text("空着是 1", "Empty: 1")),
        ), blank=0,
    ),
    Leaf("unit_needed", Text("一定要写单位", "The unit must be there"), "tick"),
    _OTHERWISE,
)  # fmt: skip
_OUTCOMES: Picks = (
    ("recovered", Text("救回来了", "Recovered")), ("contained", Text("稳住了", "Contained")), ("lost", Text("没保住", "Lost")),
)  # fmt: skip
_ID = Leaf("id", Text("名称", "Name"), "line", needed=True, hint=Text("小写字母、数字、连字符", "Lower case letters, digits, hyphens"))
_CHOICE: Shape = (
    _TEXT,
    Leaf("to", Text("接着到", "Leads to"), "place", needed=True),
    Leaf("trust", Text("信任", "Trust"), "number", hint=Text("−3 到 3", "−3 to 3"), usual="0"),
    Leaf("crosses", Text("越过红线", "Crosses a red line"), "line", hint=Text("例如 disclosed", "For example disclosed")),
    Leaf("mends", Text("补救红线", "Mends one"), "line"),
    Leaf("why", Text("复盘时说什么", "Said in the debrief")),
    Leaf("better", Text("更好的说法", "A better line")),
)
_BODIES: Mapping[str, Shape] = {
    "single": _SINGLE,
    "multiple": (
        Leaf("rule", Text("怎么算分", "How it is marked"), "pick", tuple(RULES.items())),
        _options(Leaf("right", Text("正确", "Right"), "tick"), blank=5),
    ),
    "truefalse": (
        Leaf("right", Text("这句话", "The statement is"), "pick", (("true", Text("对", "true")), ("false", Text("错", "false")))),
        Leaf("why_true", Text("选“对”的人看到", "For those who chose “true”")),
        Leaf("why_false", Text("选“错”的人看到", "For those who chose “false”")),
    ),
    "shortanswer": _SHORT,
    "numerical": _NUMBER,
    "matching": (
        Rows(
            "pairs", Text("配对", "Pairs"), Text("一对", "Pair"),
            (Leaf("left", Text("左边", "Left"), needed=True), Leaf("right", Text("右边", "Right"), needed=True)), blank=3,
        ),
        Rows("spare", Text("多出来的右边", "Rights that belong to none"), Text("多余项", "Spare"), _ITSELF, blank=0),
    ),
    "ordering": (
        Leaf("rule", Text("怎么算分", "How it is marked"), "pick", (
            ("place", Text("每个位置各算各的", "each place counts")), ("all", Text("全对才得分", "only the whole counts")),
        )),
        Rows("items", Text("按正确的顺序", "In their right order"), Text("项", "Item"), _ITSELF, blank=3, most=MAX_ITEMS),
    ),
    "cloze": (
        Leaf(
            "text", Text("带空的正文", "Text with gaps"), needed=True,
            hint=Text("空写成 {{gap1}}，两种语言都要有", "A gap is {{gap1}}, in both languages"),
        ),
        Rows(
            "gaps", Text("空", "Gaps"), Text("空", "Gap"),
            (
                Leaf("id", Text("名称", "Name"), "line", needed=True, hint=Text("和正文里的一样", "As in the text")),
                Leaf("type", Text("怎么填", "Filled by"), "pick", (
                    ("shortanswer", Text("写字", "words")), ("numerical", Text("写数", "a number")), ("single", Text("选一个", "a choice")),
                )),
                Leaf("weight", Text("权重", "Weight"), "number", usual="1", hint=Text("空着是 1", "Empty: 1")),
            ), blank=1, keyed=True, stub="gap", by="type", variants={"shortanswer": _SHORT, "numerical": _NUMBER, "single": _SINGLE},
        ),
    ),
    "scenario": (
        Leaf("start", Text("从哪一幕开始", "Starts with"), "place", needed=True),
        Rows(
            "scenes", Text("场景", "Scenes"), Text("场景", "Scene"),
            (
                _ID, Leaf("says", Text("对方说", "They say"), needed=True),
                Rows("choices", Text("可以怎么接", "What one may say"), Text("说法", "Line"), _CHOICE, most=MAX_CHOICES),
            ), blank=1, most=MAX_NODES, keyed=True, stub="scene-", folded=True,
        ),
        Rows(
            "endings", Text("结局", "Endings"), Text("结局", "Ending"),
            (_ID, Leaf("outcome", Text("结果", "Outcome"), "pick", _OUTCOMES), Leaf("text", Text("怎么收场", "How it ends"), needed=True)),
            blank=2, most=MAX_NODES, keyed=True, stub="end-", folded=True,
        ),
    ),
    "essay": (
        Rows(
            "rubric", Text("评分标准", "Rubric"), Text("一条", "Line"),
            (
                Leaf("text", Text("看什么", "What is looked for"), needed=True),
                Leaf("points", Text("最多几分", "Points at most"), "number", usual="1"),
            ),
        ),
    ),
    "description": (),
}  # fmt: skip
_FOREIGN: Shape = (Leaf("yaml", Text("题目内容（YAML）", "Its body (YAML)"), "yaml"),)
DIFFICULTIES: Picks = (("1", Text("容易", "Easy")), ("2", Text("中等", "Medium")), ("3", Text("难", "Hard")))
HEAD: Shape = (
    Leaf("section", Text("哪一节回答它", "The section that answers it"), "line"),
    Leaf("difficulty", Text("难度", "Difficulty"), "pick", DIFFICULTIES, usual="2"),
    Leaf("tags", Text("标签", "Tags"), "tags", hint=Text("用逗号分开，例如 situation", "With commas between them, such as situation")),
    Leaf("stem", Text("题干", "Stem"), needed=True),
)
FOOT: Shape = (Leaf("feedback", Text("答完都能看到的说明", "Said to everybody afterwards")),)


def body_of(kind: str) -> Shape:
    """The shape of a body; for a kind without a form, its text."""
    return _BODIES.get(kind, _FOREIGN)


def shape_of(kind: str) -> Shape:
    """The whole of a question of this kind, but for its id and type."""
    return (*HEAD, *body_of(kind), *FOOT)
