"""Names with a form of address, and after labels such as 收件人."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kbplatform.privacy.candidates import LIKELY, SHAPED, Candidate
from kbplatform.privacy.surnames import COMPOUND, FREQUENT, NOT_A_NAME, SURNAMES, WEAK
from kbplatform.privacy.wordlists import words

_HAN = re.compile(r"[\u4e00-\u9fff]{1,6}$")
_ADDRESSED = re.compile(
    r"(?:老|小)?(?:先生|女士|小姐|太太|老师)(?!们|姐|妹|优先|香水|手表|腕表|衬衫|外套|专场|专区|专用|健身|浴室|洗手间|卫生间|化妆|护肤|之夜|款|装|鞋|节)"
)
_LABELLED = re.compile(
    r"(?:姓名|收件人|收货人|寄件人|联系人|户名|开户名|持卡人|机主|预订人|入住人|乘车人|客户名)(?:[:=]|是|为|\s)\s{0,2}"
    r"(?P<name>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)
_GLUED = re.compile(
    rf"(?:姓名|收件人|收货人|寄件人|联系人|户名|持卡人|机主|客户叫|本名叫?)(?P<name>[{''.join(sorted(FREQUENT))}][\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?P<title>Mr|Mrs|Ms|Miss|Dr|Mx|mr|mrs|ms|MR|MRS|MISS)(?P<dot>\.?)[ ]{0,2}"
    r"(?P<name>(?:(?:van|von|de|der|den|da|bin|al|le|la)[ ]){0,2}[A-ZÀ-Þ][A-Za-zÀ-ÿ'’-]{1,24}(?:[ ](?:van|von|de|der|den|da|bin|al|le|la)){0,2}"
    r"(?:[ ][A-ZÀ-Þ](?:[A-Za-zÀ-ÿ'’-]{1,24}|\.)){0,3}|[\u4e00-\u9fff]{1,3}(?![\u4e00-\u9fff]))"
)
_TITLE = re.compile(r"(?:先生|女士|小姐|太太|老师)$")
_STREET = re.compile(r"[A-Z][a-z]+ $")
_WORDS = words("""
excel office word access windows coffee powerpoint outlook teams paint edge project bean right perfect universe world fortune pepper martens muscle
clean potato fields strange robot the a an and or your our this that these those it you we they he she i is are was were will would can
could may please thank thanks if when who what why how where in on at to for from of by with monday tuesday wednesday thursday friday
saturday sunday january february march april june july august september october november december called call calls said says asked wants
wanted review test drill site out one any my his her their no not yes sir madam customer client agent team ok okay hello hi dear but so
""")
_LEADS = frozenset("给帮找叫和跟与同向由请让是为户员主人的系问到了把位即名对以")
"""Last characters of what leads to a name: 客户, 联系, 请 …"""
_PARTICLES = frozenset("和向位来全成都水平应原保言步计包连明解")
"""Surnames, but before another surname hardly ever: 和张先生."""
_NOT_GIVEN = frozenset("后前上下里中内外的了在是给和跟与对向为把被叫找请让到从等及或由替问")
"""What stands between a word and a surname, and in no given name's middle."""


def names(text: str) -> Iterator[Candidate]:
    """Names in a folded text; the form of address stays, so that the sentence can be read."""
    for found in _ADDRESSED.finditer(text):
        yield from _chinese(text, found.start())
    for found in (*_LABELLED.finditer(text), *_GLUED.finditer(text)):
        name = _TITLE.sub("", found["name"])
        surname = name[0] in SURNAMES and len(name) < 4 and name not in NOT_A_NAME and name[:2] not in NOT_A_NAME
        if surname or (name[:2] in COMPOUND and len(name) > 2):
            yield Candidate("name", found.start("name"), found.start("name") + len(name), LIKELY)
    for found in _ENGLISH.finditer(text):
        yield from _english(text, found)


def _chinese(text: str, end: int) -> Iterator[Candidate]:
    ahead = _HAN.search(text, max(0, end - 6), end)
    if ahead:
        size = _name_size(ahead[0])
        if size:
            yield Candidate("name", end - size, end, LIKELY)


def _name_size(han: str) -> int:
    """How many of the last characters are a name: surname alone, or with one or two given ones."""
    for size in (4, 3, 2):
        if len(han) >= size and han[-size:][:2] in COMPOUND and _free(han, size):
            return size
    alone = han[-1] in SURNAMES and _free(han, 1) and han[-3:] not in NOT_A_NAME
    if _begins(han, 3) and han[-2] not in (_NOT_GIVEN if alone else FREQUENT):
        return 3
    if _begins(han, 2) and not (alone and han[-2] in _PARTICLES):
        return 2
    if alone:
        return 1
    return 3 if _begins(han, 3) else 0


def _begins(han: str, size: int) -> bool:
    """Whether a full name of ``size`` characters can begin there: with a surname that isn't part of a word."""
    if len(han) < size or han[-size] not in SURNAMES or not _free(han, size):
        return False
    return han[-size] not in WEAK or len(han) == size or han[-size - 1] in _LEADS or (size == 2 and han[-1] not in SURNAMES)


def _free(han: str, size: int) -> bool:
    """Whether the first of ``size`` characters belongs to no everyday word, with the one before it or the one after."""
    name, at = han[-size:], len(han) - size
    joined = han[-size - 1 : at + 1] in NOT_A_NAME and han[-size - 2 : at] not in NOT_A_NAME  # 谢谢谢女士: the second 谢 has its word
    return name not in NOT_A_NAME and name[:2] not in NOT_A_NAME and not joined


def _english(text: str, found: re.Match[str]) -> Iterator[Candidate]:
    if found["title"] in {"ms", "Dr"} and not found["dot"] and _STREET.search(text, max(0, found.start() - 20), found.start()):
        return
    start = at = found.start("name")
    end = start
    for word in found["name"].split(" "):
        if word.lower().rstrip(".") in _WORDS or word.lower().removesuffix("'s") in _WORDS:
            break
        end = at + len(word)
        at = end + 1
    name = text[start:end].removesuffix("'s")
    if name and (found["title"] != "ms" or found["dot"]):
        yield Candidate("name", start, start + len(name), SHAPED)
