"""Telephone numbers: mobile, landline with its area code, and those of other countries."""

from __future__ import annotations

import re

MOBILE = re.compile(r"1(?:3\d|4[5-9]|5[0-35-9]|6[25-7]|7[0-8]|8\d|9\d)\d{8}")
"""Segments of the numbering plan of the mainland's telephone network (MIIT, 2017, with what was opened since)."""
MOBILE_SHAPES = frozenset({
    (11,), (3, 4, 4), (3, 8), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 5, 3), (7, 4), (5, 6), (6, 5), (3, 2, 2, 2, 2), (3, 2, 3, 3),
    (3, 3, 3, 2), (3, 3, 2, 3),    (1,) * 11, (1, 10), (3, 2, 2, 4), (3, 4, 2, 2),
})  # fmt: skip
"""In which groups people write the eleven digits."""
_AREA = re.compile(
    r"0(?:10|2[0-57-9]|3(?:1\d|35|49|5\d|7\d|9[1-68])|4(?:1\d|2[179]|3\d|5\d|6[4-9]|7\d|8[23])|5(?:1\d|2[37]|3\d|4[36]|5\d|6[1-6]|7\d|80|9\d)"
    r"|6(?:3[1-5]|6[0238]|9[12])|7(?:01|1\d|2[248]|3\d|4[3-6]|5\d|6[03689]|7\d|9\d)|8(?:1[2-8]|2[5-7]|3\d|5\d|7\d|8[36-8]|9\d)"
    r"|9(?:0[1-9]|1\d|3\d|4[13]|5[1-5]|7\d|9\d))"
)
"""Area codes of the mainland."""
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_LOCAL_SHAPES = frozenset({(7,), (8,), (4, 4), (3, 4), (4, 3), (2, 2, 2, 2), (2, 3, 3), (3, 3, 2), (3, 2, 2), (1,) * 7, (1,) * 8, (3, 5)})
_TAIWAN = re.compile(r"09\d{8}|0[24][2-8]\d{7}|0(?:3|5|6|7|8)[2-8]\d{6}|0(?:37|49|82|89)[2-8]\d{5}")
_TAIWAN_SHAPES = frozenset({(4, 3, 3), (4, 6), (10,), (9,), (2, 4, 4), (2, 3, 4), (2, 8), (2, 7), (3, 3, 4), (3, 7), (3, 6), (3, 3, 3)})
"""Mobile and landline as they are dialled within Taiwan (NCC, 2020), and the groups they are written in."""
BRACKETED = frozenset({"852", "853", "886"})
"""Codes of Hong Kong, Macao and Taiwan: written in brackets, they need no plus sign."""
_NORTH_AMERICA = re.compile(r"(?!400|800|888|877|866|855|844|833|822)[2-9]\d\d(?!555\d{4}$)[2-9]\d{6}|[2-9]\d\d555\d{4}")
_COUNTRIES: dict[str, tuple[int, int]] = {
    "1": (10, 10), "7": (10, 10), "20": (8, 10), "27": (9, 9), "30": (10, 10), "31": (9, 9), "32": (8, 9), "33": (9, 9), "34": (9, 9), "36": (8, 9),
    "39": (8, 11), "40": (9, 9), "41": (9, 9), "43": (8, 12), "44": (9, 10), "45": (8, 8), "46": (7, 10), "47": (8, 8), "48": (9, 9), "49": (8, 12),
    "51": (8, 9), "52": (10, 10), "54": (10, 11), "55": (10, 11), "56": (9, 9), "57": (10, 10), "58": (10, 10), "60": (8, 10), "61": (9, 9),
    "62": (8, 12), "63": (8, 10), "64": (8, 10), "65": (8, 8), "66": (8, 9), "81": (9, 10), "82": (8, 10), "84": (9, 10), "90": (10, 10),
    "91": (10, 10), "92": (9, 10), "93": (9, 9), "94": (9, 9), "95": (7, 10), "98": (10, 10), "212": (9, 9), "213": (8, 9), "234": (8, 10),
    "254": (9, 9), "351": (9, 9), "353": (7, 9), "358": (6, 10), "380": (9, 9), "420": (9, 9), "421": (9, 9), "852": (8, 8), "853": (8, 8),
    "855": (8, 9), "856": (8, 10), "880": (8, 10), "886": (8, 9), "960": (7, 7), "961": (7, 8), "962": (8, 9), "965": (8, 8), "966": (8, 9),
    "968": (8, 8), "971": (8, 9), "972": (8, 9), "973": (8, 8), "974": (8, 8), "975": (7, 8), "976": (8, 8), "977": (8, 10), "992": (9, 9),
    "993": (8, 8), "994": (9, 9), "995": (9, 9), "996": (9, 9), "998": (9, 9),
}  # fmt: skip
"""Country code (ITU-T E.164) → fewest and most digits after it, of the countries that callers come from."""


def is_landline(digits: str) -> bool:
    """Whether digits are area code and local number of the mainland."""
    area = _AREA.match(digits)
    return bool(area and _LOCAL.fullmatch(digits, area.end()) and len(digits) >= 10)


def landline_shape(digits: str, shape: tuple[int, ...]) -> bool:
    """Whether the groups are those of a landline: together, or the area code apart."""
    area = _AREA.match(digits)
    size = area.end() if area else 0
    return len(shape) == 1 or (shape[0] == size and shape[1:] in _LOCAL_SHAPES) or set(shape) == {1} or (shape[0] > size and len(shape) == 2)


def is_local(digits: str, shape: tuple[int, ...]) -> bool:
    """Whether digits can be a local number, as it is dialled within its town or in Hong Kong, Macao and Singapore."""
    return bool(re.fullmatch(r"[2-9]\d{6,7}", digits)) and shape in _LOCAL_SHAPES


def is_taiwanese(digits: str, shape: tuple[int, ...]) -> bool:
    """Whether digits can be a number as it is dialled within Taiwan."""
    return bool(_TAIWAN.fullmatch(digits)) and shape in _TAIWAN_SHAPES


def is_bracketed(digits: str, shape: tuple[int, ...]) -> bool:
    """Whether digits, the first group of them in brackets, are a number of Hong Kong, Macao or Taiwan with its code."""
    return shape[0] == 3 and digits[:3] in BRACKETED and is_international(digits)


def is_north_american(digits: str) -> bool:
    """Whether ten digits are a number of North America (NANP), but no toll-free one."""
    return bool(_NORTH_AMERICA.fullmatch(digits))


def is_international(digits: str) -> bool:
    """Whether digits after a plus sign are country code and number. The mainland's own are mobile or landline."""
    if digits[0] == "1":
        return is_north_american(digits[1:])
    for size in (2, 3):
        code = digits[:size]
        if code in _COUNTRIES:
            least, most = _COUNTRIES[code]
            return least <= len(digits) - size <= most or (digits[size] == "0" and least < len(digits) - size <= most + 1)
    return digits[0] == "7" and len(digits) == 11


def without(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The groups that remain once ``count`` digits are taken off their head."""
    rest = list(shape)
    while count and rest:
        gone = min(count, rest[0])
        rest[0] -= gone
        count -= gone
        if not rest[0]:
            rest.pop(0)
    return tuple(rest)
