"""A text as the finders read it: one width, one kind of digit, dash and blank, and the way back to the text as given."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_TRADITIONAL = (
    "電話號碼機郵證証銀護訂單運編聯繫綫線檢賬戶帳聽車輛駕駛寄給請問嗎蘇滬遼魯贛陝雲貴寧瓊粵陳張劉楊趙黃吳孫許韓馮鄧蕭鄭謝羅葉範"
    "蔣盧鍾譚賈鄒閻龍萬錢湯賴龔齊龐顏莊關歐陽馬盧歲貳參陸兩劍姍嬌裡裏門樓棟層縣鎮鄉區園灣澳臺僑後應領學掛師總爺爲為與對於於從這"
)
_SIMPLIFIED = (
    "电话号码机邮证证银护订单运编联系线线检账户账听车辆驾驶寄给请问吗苏沪辽鲁赣陕云贵宁琼粤陈张刘杨赵黄吴孙许韩冯邓萧郑谢罗叶范"
    "蒋卢钟谭贾邹阎龙万钱汤赖龚齐庞颜庄关欧阳马卢岁贰叁陆两剑姗娇里里门楼栋层县镇乡区园湾澳台侨后应领学挂师总爷为为与对于于从这"
)
_SIMPLE = {**dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)), **dict.fromkeys("\r\n\u2028\u2029", "\n"), **dict.fromkeys("·・•‧∙⋅﹒", "·")}
"""Breaks of a line, dots, and the traditional characters of labels, plates, surnames and addresses; length and order of a text stay as they are."""
_DASHES = frozenset("−—–‐‑‒―~～")
_FILLERS = frozenset("\u115f\u1160\u3164")
"""Letters by their category that show nothing."""
_MARKUP = re.compile(r"&(?:nbsp|#160|ensp|emsp|thinsp);|<(?:br|wbr)\s*/?>|</t[dhr]>\s*<t[dhr]>", re.IGNORECASE)
"""What stands for a blank in text that was pasted with its markup."""


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` as the finders read it; ``starts`` and ``ends`` give the place of each of its characters in the text as given."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from ``start`` to before ``end`` are in the text as given."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Compatibility forms (NFKC), digits of any script, dashes, dots and blanks made plain; marks without width left out."""
    marked = {m.start(): m.end() for m in _MARKUP.finditer(text)}
    if not marked and text.isascii() and text.isprintable():
        return Folded(text, range(len(text)), range(1, len(text) + 1))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    past = 0
    for at, char in enumerate(text):
        if at < past:
            continue
        past = marked.get(at, at + 1)
        plain = " " if at in marked else _plain(char)
        if not plain and ends:
            ends[-1] = past
        out.append(plain)
        starts += [at] * len(plain)
        ends += [past] * len(plain)
    return Folded("".join(out), starts, ends)


@lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    if char in _SIMPLE:
        return _SIMPLE[char]
    category = unicodedata.category(char)
    if category == "Pd" or char in _DASHES:
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in {"Cf", "Mn", "Me"} or char in _FILLERS:
        return ""
    return " " if category[0] == "Z" or category == "Cc" else unicodedata.normalize("NFKC", char)
