"""What a text may cost: checked before parsing, in one pass, since a running parser can't be stopped."""

from __future__ import annotations

import re

MAX_CHARS = 60_000
MAX_NESTING = 10
MAX_RUN = 60
"""How many brackets or markers may stand in one run without a word between them."""
MAX_OPENERS_IN_PARAGRAPH = 400
MAX_HEADINGS = 400
MAX_DEFINITIONS = 800
MAX_CHART_CELLS = 2_000
"""How much all charts of one text may draw together: a few characters of a chart become a hundred of HTML."""
CHART_FRAME = 20
"""What a chart costs before its first figure, in cells: its frame, grid and keys, or the notice where it is broken."""

_HEADING = re.compile(r"^(?:#{1,6}|[=-]{2,}[ \t]*$)", re.MULTILINE)
_DEFINITION = re.compile(r"^[ \t]{0,3}:[ \t]", re.MULTILINE)
_RUN = re.compile(r"(?:[\[\](){}!*_`~^=<&|+-]\s?){" + str(MAX_RUN + 1) + ",}")
_QUOTES = re.compile(r"^[ \t]*((?:>[ \t]?)+)", re.MULTILINE)
_INDENTED_ITEM = re.compile(r"^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+((?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)", re.MULTILINE)
_OPENERS = re.compile(r"[\[*_`<&!]")
_RULE = re.compile(r"^[ \t]*(?:[-*_=|:+]+[ \t]*)+$", re.MULTILINE)


def too_expensive(source: str) -> bool:
    """True where formatting this text could take long: too large, too deep, or too many open markers."""
    if len(source) > MAX_CHARS:
        return True
    if len(_HEADING.findall(source)) > MAX_HEADINGS or len(_DEFINITION.findall(source)) > MAX_DEFINITIONS:
        return True
    if any(match[1].count(">") > MAX_NESTING for match in _QUOTES.finditer(source)):
        return True
    for match in _INDENTED_ITEM.finditer(source):
        depth = len(match[1].expandtabs(4)) // 4 + len(match[2].split())
        if depth > MAX_NESTING:
            return True
    without_rules = _RULE.sub("", source)
    if _RUN.search(without_rules):
        return True
    return any(len(_OPENERS.findall(block)) > MAX_OPENERS_IN_PARAGRAPH for block in without_rules.split("\n\n"))
