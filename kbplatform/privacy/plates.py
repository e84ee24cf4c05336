"""Number plates of the mainland (GA 36-2018), of new-energy cars, those that also run in Hong Kong or Macao; others after a label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kbplatform.privacy.candidates import LIKELY, SHAPED, Candidate

_OFFICES = {
    "京": "A-HJ-NP-QY", "津": "A-HJ-NP-R", "沪": "A-HJ-NR", "渝": "A-DFGHN", "冀": "A-HJRST", "晋": "A-FHJ-MT",
    "蒙": "A-HJ-M", "辽": "A-HJ-NPV", "吉": "A-HJK", "黑": "A-HJ-NPR", "苏": "A-HJ-NUE", "浙": "A-HJ-L",
    "皖": "A-HJ-NP-S", "闽": "A-HJK", "赣": "A-HJ-M", "鲁": "A-HJ-NP-SUVWYZ", "豫": "A-HJ-NP-SU", "鄂": "A-HJ-NP-SW",
    "湘": "A-HJ-NSU", "粤": "A-HJ-NP-Z", "桂": "A-HJ-NPR", "琼": "A-FO", "川": "A-HJ-NP-Z", "贵": "A-HJ",
    "云": "A-HJ-NP-SV", "藏": "A-HJ", "陕": "A-HJKV", "甘": "A-HJ-NP", "青": "A-HO", "宁": "A-EO",
    "新": "A-HJ-NP-S",
}  # fmt: skip
"""Letters of the issuing offices of each province."""
_OFFICE = "|".join(f"{province}[{letters}{letters.lower()}]" for province, letters in _OFFICES.items())
_SIGN = "[A-HJ-NP-Za-hj-np-z0-9]"
_APART = "|".join(rf"{_SIGN}{{{n}}}[ \-.·]{_SIGN}{{{5 - n}}}" for n in (1, 2, 3))
_SPELLED = "零〇一二三四五六七八九幺两"
_PLATE = re.compile(
    rf"(?:{_OFFICE})(?P<dot>\s?[·\-. ]?\s?)"
    rf"(?P<number>(?:[A-HJ-Ka-hj-k]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[A-HJ-Ka-hj-k])|{_SIGN}{{5}}|(?P<apart>{_APART})|[{_SPELLED}]{{5}}|{_SIGN}{{4}}[学警挂领试超港澳])(?![0-9A-Za-z])"
    rf"|(?<![0-9A-Za-z])WJ\s?(?:[{''.join(_OFFICES)}]|[0-9]{{2}})\s?(?P<police>[0-9]{{4,5}}[A-Z]?)(?![0-9A-Za-z])"
    rf"|(?<![一-鿿])使\s?(?P<embassy>[0-9]{{6}})(?![0-9])"
)
_LABEL = re.compile(r"车牌号?码?\W{0,3}$|牌照号?\W{0,3}$|车号\W{0,3}$|(?:尾号|车主|车辆|plate|license|licence|car)\W{0,3}$", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:车牌号?码?|牌照|(?<![a-z])(?:number |licence |license )?plate)\s?[:=]?\s?"
    r"(?P<plate>[A-Z]{2,3}[ -]?(?:[0-9]{4}|[0-9]{2}-?[0-9]{2}|[0-9]{1,3})|[0-9]{4}[ -][A-Z]{2})(?![0-9A-Za-z-])"
)
"""Plates of Hong Kong, Macao and Taiwan are letters and figures like any code: only a label tells."""
_EVERYDAY = frozenset("新云")
"""Provinces whose sign is a word or part of one too: 新T6893芯片."""


def plates(text: str) -> Iterator[Candidate]:
    """Plates in a folded text. A sequence has two digits at least (GA 36 allows three letters at most in five signs)."""
    for found in _PLATE.finditer(text):
        number = found["number"] or ""
        if not number:
            yield Candidate("plate", found.start(), found.end(), SHAPED)
            continue
        figures = sum(c.isdigit() or c in _SPELLED for c in number)
        said = "·" in found["dot"] or number[-1] in "学警挂领试超港澳" or _LABEL.search(text, max(0, found.start() - 12), found.start())
        everyday = text[found.start()] in _EVERYDAY and figures < 5
        if figures >= 2 and (said or not (everyday or " " in number)):
            yield Candidate("plate", found.start(), found.end(), SHAPED if said else LIKELY)
    for found in _LABELLED.finditer(text):
        yield Candidate("plate", *found.span("plate"), SHAPED)
