"""The columns of the table: one row a question, a heading in Chinese or English, in any order."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from kbplatform.sdk import Lang, Text

LETTERS = "ABCDEFGHIJKLMNOPQRST"


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is its English heading, ``zh`` its Chinese one; ``others`` are headings that tables from elsewhere have."""

    name: str
    zh: str
    help: Text
    others: tuple[str, ...] = ()


_OPTION = Text(
    "选项，或题型要的各项（见下）；英文写在 A_en 这样的列里",
    "an option, or whatever the type lists (see below); English goes into columns such as A_en",
)
_TYPE = Text(
    "单选、多选、判断、简答、数值、配对、排序、问答、说明",
    "single, multiple, truefalse, shortanswer, numerical, matching, ordering, essay, description",
)
_ANSWER = Text(
    "B；ACD；对、错；60、60±0.5、55..65；简答可用 | 隔开几种写法",
    "B; ACD; true, false; 60, 60±0.5, 55..65; forms of a short answer parted by |",
)
_RULE = Text("多选：all、part、minus、weighted；排序：all、place", "multiple: all, part, minus, weighted; ordering: all, place")
COLUMNS: tuple[Column, ...] = (
    Column("type", "题型", _TYPE, ("题目类型", "类型", "试题类型")),
    Column("stem", "题干", Text("题目", "the question"), ("题目", "试题", "问题", "question", "题目内容", "试题内容")),
    Column("stem_en", "题干_en", Text("英文题干", "the question in English"), ("英文题干",)),
    *(Column(letter, f"选项{letter}", _OPTION, (f"option{letter}", f"答案{letter}")) for letter in LETTERS),
    *(Column(f"{letter}_en", f"选项{letter}_en", Text("同一项的英文", "the same in English")) for letter in LETTERS),
    *(Column(f"{letter}_why", f"选项{letter}_说明", Text("选了它会怎样", "what happens to those who choose it")) for letter in LETTERS),
    *(Column(f"{letter}_why_en", f"选项{letter}_说明_en", Text("同上，英文", "the same in English")) for letter in LETTERS),
    *(Column(f"{letter}_worth", f"选项{letter}_分值", Text("百分之几的分，可以是负数", "worth in percent, may be negative")) for letter in LETTERS),
    Column("answer", "答案", _ANSWER, ("正确答案", "标准答案", "key", "correct")),
    Column("otherwise", "答别的", Text("简答、数值：写了别的会怎样", "short answer, number: what to say to anything else")),
    Column("otherwise_en", "答别的_en", Text("同上，英文", "the same in English")),
    Column("units", "单位", Text("数值：分钟; 小时=60", "number: min; h=60")),
    Column("unit_needed", "要写单位", Text("是或否", "yes or no")),
    Column("rule", "计分", _RULE, ("计分规则",)),
    Column("feedback", "解析", Text("答完都给看的话", "what everybody is told afterwards"), ("答案解析", "试题解析", "解释", "explanation")),
    Column("feedback_en", "解析_en", Text("同上，英文", "the same in English")),
    Column("section", "小节", Text("文章里回答它的那一节", "the section that answers it")),
    Column("difficulty", "难度", Text("1 易，2 中，3 难", "1 easy, 2 medium, 3 hard")),
    Column("tags", "标签", Text("用分号隔开", "parted by semicolons"), ("知识点",)),
    Column("id", "编号", Text("小写字母、数字、连字符；不写就自动编", "lower case letters, digits, hyphens; made up where empty"), ("题号",)),
)
ORDER = {column.name: place for place, column in enumerate(COLUMNS)}
TYPES: dict[str, str] = {
    "单选": "single", "单选题": "single", "单项选择题": "single", "multiplechoice": "single", "选择题": "single",
    "多选": "multiple", "多选题": "multiple", "多项选择题": "multiple", "不定项选择题": "multiple",
    "判断": "truefalse", "判断题": "truefalse", "true/false": "truefalse", "是非题": "truefalse",
    "简答": "shortanswer", "简答题": "shortanswer", "填空": "shortanswer", "填空题": "shortanswer",
    "数值": "numerical", "数值题": "numerical", "计算题": "numerical", "number": "numerical",
    "配对": "matching", "配对题": "matching", "连线题": "matching", "匹配题": "matching",
    "排序": "ordering", "排序题": "ordering", "问答": "essay", "问答题": "essay", "论述题": "essay", "说明": "description",
}  # fmt: skip
TRUE = frozenset(["t", "true", "yes", "y", "1", "对", "正确", "是", "√", "✓", "✔"])
FALSE = frozenset(["f", "false", "no", "n", "0", "错", "错误", "不对", "否", "×", "✗", "x"])
DIFFICULTIES = {"易": 1, "简单": 1, "easy": 1, "中": 2, "中等": 2, "medium": 2, "难": 3, "困难": 3, "hard": 3}


def plain_heading(text: str) -> str:
    """A heading as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(":：*")


_BY_HEADING = {
    plain_heading(heading): column.name for column in reversed(COLUMNS) for heading in (column.name, column.zh, *column.others)
}


def column_of(heading: str) -> str:
    """The column that a heading names; empty for a stranger's."""
    return _BY_HEADING.get(plain_heading(heading), "")


def heading_of(name: str, lang: Lang) -> str:
    """How a column is headed."""
    return COLUMNS[ORDER[name]].zh if lang == "zh" else name
