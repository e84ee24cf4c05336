"""Numbers that name a person: read in chains of groups, so that the groups of one number belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kbplatform.privacy import checks, surroundings, telephones
from kbplatform.privacy.candidates import CHECKED, LIKELY, SHAPED, WEAK, Candidate

HAN_DIGITS = {**dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)), **dict(zip("幺两壹贰叁肆伍陆柒捌玖", "12123456789", strict=True))}
_DIGIT = f"[0-9{''.join(HAN_DIGITS)}]"
_CHAIN = re.compile(rf"{_DIGIT}+(?:[ \-._·,、()/*\n]{{1,3}}{_DIGIT}+)*")
_GROUP = re.compile(r"[0-9]+|[^0-9 \-._·,、()/*\n]")
_LOOSE = frozenset(",、.·/*\n")
"""Between groups these may as well be between numbers."""
_PLAIN = str.maketrans(HAN_DIGITS)
_LONGEST = 21
_LENGTHS = frozenset(range(7, 20))
_EXTENSION = re.compile(r"\s?(?:-|转|#|分机号?|ext\.?|x)\s?[0-9]{1,6}(?![0-9]|-[0-9])", re.IGNORECASE)
_CHECK_SIGN = re.compile(r"[ -]?[xX](?![0-9A-Za-z])")
_PLUS = re.compile(r"[(]?[+][ (]{0,2}$|[(]$")
_GLUED = frozenset("一二两三")
"""Numerals that begin the word after a number, 一直, 两次, and so may touch it."""
_SPLITS = frozenset(",/*\n")
"""Between the groups of a number that has no check digit and many shapes these are two numbers."""
_SPOKEN_GROUPS = frozenset({(3, 4, 4), (3, 8), (11,), (1,) * 11})
_CARD_SHAPES = frozenset({
    (4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (6, 10), (6, 13), (4, 6, 5), (8, 8), (8, 11), (4, 12), (4, 15), (6, 6, 7),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """Some neighbouring groups of a chain, read as one number."""

    text: str
    start: int
    end: int
    digits: str
    shape: tuple[int, ...]
    between: str
    tight: bool
    """Whether a dash, dot or the like ties it to more digits of its chain."""

    @property
    def ahead(self) -> str:
        return surroundings.before(self.text, self.start)


def numbers(text: str) -> Iterator[Candidate]:
    """Telephone numbers, identity numbers and bank cards in a folded text."""
    for found in _CHAIN.finditer(text):
        if found.end() - found.start() >= 7:
            for window in _windows(text, found.start(), found.end()):
                yield from _read(window)


def _windows(text: str, start: int, end: int) -> Iterator[Window]:
    """Every run of whole groups whose digits are as many as a number's; spelled numerals count as groups of one."""
    spans = [m.span() for m in _GROUP.finditer(text, start, end)]
    figures = ["".join(text[a:b]).translate(_PLAIN) for a, b in spans]
    for first in range(len(spans)):
        total = 0
        for last in range(first, min(first + _LONGEST, len(spans))):
            total += len(figures[last])
            if total >= _LONGEST:
                break
            if total in _LENGTHS and _whole(text, spans, first, last):
                digits = "".join(figures[first : last + 1])
                if _promising(text, spans[first][0], digits, last + 1 - first):
                    yield _window(text, spans, first, last, digits)


def _promising(text: str, start: int, digits: str, groups: int) -> bool:
    """Whether it is worth a closer look: a page of small numbers has many windows and hardly one that begins as a number does."""
    size = len(digits)
    if size < 9:
        return digits[0] in "23456789" and (groups <= 4 or text[start] in HAN_DIGITS)
    if "+" in text[max(0, start - 4) : start] or telephones.MOBILE.fullmatch(digits.removeprefix("86")):
        return True
    if digits[0] == "0":
        mobile = telephones.MOBILE.fullmatch(digits.lstrip("0").removeprefix("86"))
        short = groups <= 3 and telephones.is_taiwanese(digits, (size,))
        return bool(telephones.is_landline(digits) or mobile or short or (digits[1] == "0" and groups <= 6))
    if digits[:3] in telephones.BRACKETED and text[start - 1 : start] == "(":
        return True
    if size == 10:
        return groups in {1, 3} and telephones.is_north_american(digits)
    identity = (size in {17, 18} and checks.id_shaped(digits)) or (size == 15 and checks.is_id15(digits))
    return identity or (size >= 13 and (groups <= 6 or checks.is_card(digits)))


def _whole(text: str, spans: list[tuple[int, int]], first: int, last: int) -> bool:
    """Whether no digit touches these groups, but for one that begins a word: 打13812345678一直占线."""
    a, b = spans[first][0], spans[last][1]
    before = first and spans[first - 1][1] == a
    after = last + 1 < len(spans) and spans[last + 1][0] == b
    if before and (text[a - 1] not in _GLUED or (first > 1 and spans[first - 2][1] == a - 1)):
        return False
    return not after or (text[b] in _GLUED and not (last + 2 < len(spans) and spans[last + 2][0] == b + 1))


def _window(text: str, spans: list[tuple[int, int]], first: int, last: int, digits: str) -> Window:
    shape = [0]
    between = []
    for n in range(first, last + 1):
        gap = text[spans[n - 1][1] : spans[n][0]] if n > first else ""
        if gap:
            shape.append(0)
            between.append(gap)
        shape[-1] += spans[n][1] - spans[n][0]
    start, end = spans[first][0], spans[last][1]
    ahead = text[spans[first - 1][1] : start] if first else ""
    behind = text[end : spans[last + 1][0]] if last + 1 < len(spans) else ""
    return Window(text, start, end, digits, tuple(shape), "".join(between), any(gap in {"-", ".", "_", "·"} for gap in (ahead, behind)))


def _read(w: Window) -> Iterator[Candidate]:
    size = len(w.digits)
    if size in {17, 18}:
        yield from _identity(w)
    elif size == 15 and checks.is_id15(w.digits):
        yield from _old_identity(w)
    if 13 <= size <= 19:
        yield from _card(w)
    if size <= 15:
        yield from _telephone(w)


def _identity(w: Window) -> Iterator[Candidate]:
    value, end = w.digits, w.end
    if len(value) == 17:
        sign = _CHECK_SIGN.match(w.text, end)
        if not sign:
            return
        value, end = value + "X", sign.end()
    if checks.is_id18(value):
        if surroundings.stands_alone(w.text, end, w.ahead):
            yield Candidate("id_card", w.start, end, CHECKED, correctable=False)
    elif checks.id_shaped(value) and surroundings.is_identity(w.ahead):
        yield Candidate("id_card", w.start, end, SHAPED)


def _old_identity(w: Window) -> Iterator[Candidate]:
    said = surroundings.is_identity(w.ahead)
    if said or (not w.tight and w.shape in {(15,), (6, 6, 3)} and _free(w)):
        yield Candidate("id_card", w.start, w.end, SHAPED if said else LIKELY)


def _card(w: Window) -> Iterator[Candidate]:
    said = surroundings.is_bank(w.ahead)
    account = said and re.search("账[号户]|account", w.ahead)
    if account or (said and checks.luhn(w.digits)):
        yield Candidate("bank_card", w.start, w.end, SHAPED, correctable=not checks.is_card(w.digits))
    elif not w.tight and (len(w.shape) == 1 or w.shape in _CARD_SHAPES) and checks.is_card(w.digits) and _free(w):
        yield Candidate("bank_card", w.start, w.end, LIKELY if len(w.shape) == 1 else CHECKED)


def _telephone(w: Window) -> Iterator[Candidate]:
    plus = _PLUS.search(w.ahead)
    yield from _mobile(w, plus)
    yield from _landline(w, plus)
    if plus and "+" in plus[0] and telephones.is_international(w.digits):
        yield Candidate("phone", w.start - len(plus[0]), w.end, SHAPED)
    elif w.digits.startswith("00") and telephones.is_international(w.digits[2:]):
        if (len(w.shape) > 1 or surroundings.is_phone(w.ahead)) and _free(w):
            yield Candidate("phone", w.start, w.end, SHAPED)
    elif plus and w.between.startswith(")") and telephones.is_bracketed(w.digits, w.shape):
        yield Candidate("phone", w.start - 1, w.end, SHAPED)
    elif telephones.is_taiwanese(w.digits, w.shape):
        yield from _taiwanese(w, plus)
    elif len(w.digits) == 10:
        yield from _north_american(w)
    elif telephones.is_local(w.digits, w.shape) and _local(w):
        yield Candidate("landline", w.start, _end_of(w), WEAK)


def _mobile(w: Window, plus: re.Match[str] | None) -> Iterator[Candidate]:
    for lead in ("", "86", "0086", "0"):
        digits = w.digits.removeprefix(lead)
        if len(digits) + len(lead) != len(w.digits) or not telephones.MOBILE.fullmatch(digits):
            continue
        shape = telephones.without(w.shape, len(lead))
        said = surroundings.is_phone(w.ahead)
        spoken = not set(w.between) & _LOOSE or shape in _SPOKEN_GROUPS
        grouped = said or (plus and "+" in plus[0]) or (shape in telephones.MOBILE_SHAPES and spoken)
        if grouped and (not w.tight or shape in {(11,), (3, 4, 4)}) and _free(w):
            start = w.start - len(plus[0]) if plus and lead else w.start
            closing = 1 if start < w.start and "(" in w.text[start : w.start] and w.text[w.end : w.end + 1] == ")" else 0
            yield Candidate("mobile", start, w.end + closing, CHECKED, correctable=False)


def _landline(w: Window, plus: re.Match[str] | None) -> Iterator[Candidate]:
    digits, shape = w.digits, w.shape
    if digits.startswith("0086") or (plus and "+" in plus[0] and digits.startswith("86")):
        digits, shape = "0" + digits.removeprefix("00")[2:], (11,)
    if telephones.is_landline(digits) and telephones.landline_shape(digits, shape) and not set(w.between) & _SPLITS and _free(w):
        yield Candidate("landline", w.start - (len(plus[0]) if plus else 0), _end_of(w), SHAPED)


def _north_american(w: Window) -> Iterator[Candidate]:
    if w.shape == (3, 3, 4) and telephones.is_north_american(w.digits) and not w.tight and _free(w):
        paren = w.ahead.endswith("(") and w.between.startswith(")")
        if paren or w.between == "--" or surroundings.is_phone(w.ahead):
            yield Candidate("phone", w.start - paren, w.end, LIKELY)
    elif w.shape == (10,) and surroundings.is_phone(w.ahead) and telephones.is_north_american(w.digits):
        yield Candidate("phone", w.start, w.end, WEAK)


def _local(w: Window) -> bool:
    """Whether seven or eight digits are called a telephone number and can't be a day or two numbers."""
    return not (w.tight or set(w.between) & _SPLITS or checks.is_day(w.digits)) and surroundings.is_phone(w.ahead)


def _taiwanese(w: Window, plus: re.Match[str] | None) -> Iterator[Candidate]:
    """Ten digits can be anything: the groups of a mobile, an area code in brackets, a label or a town have to speak for it."""
    bracket = 1 if plus and w.between.startswith(")") else 0
    said = bracket or w.shape == (4, 3, 3) or surroundings.is_phone(w.ahead) or surroundings.is_taiwan(w.ahead)
    if said and not w.tight and not set(w.between) & (_LOOSE | {"_"}) and _free(w):
        yield Candidate("phone", w.start - bracket, _end_of(w), LIKELY)


def _end_of(w: Window) -> int:
    extension = _EXTENSION.match(w.text, w.end)
    return extension.end() if extension else w.end


def _free(w: Window) -> bool:
    """Whether nothing beside it says that the number is part of something else."""
    return surroundings.stands_alone(w.text, w.end, w.ahead) and not surroundings.is_code(w.ahead)
