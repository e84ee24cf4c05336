"""Passports, travel permits, and identity documents of Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kbplatform.privacy import surroundings
from kbplatform.privacy.candidates import LIKELY, SHAPED, Candidate
from kbplatform.privacy.checks import is_hong_kong_id, is_taiwan_id

_IS = r"(?:号码|号|no\.?| no\.?| number)?\s{0,2}(?:[:=]|是|为|is)?\s{0,2}"
_PASSPORT = re.compile(rf"(?:护照|(?<![a-z])passport){_IS}(?P<id>[a-z]{{0,2}}[0-9]{{6,9}})(?![0-9a-z])", re.IGNORECASE)
_PERMIT = re.compile(rf"(?:通行证|回乡证|台胞证|居住证|(?<![a-z])permit){_IS}(?P<id>[a-z]{{0,2}}[0-9]{{7,10}})(?![0-9a-z])", re.IGNORECASE)
_HONG_KONG = re.compile(r"(?<![0-9A-Za-z])([A-Za-z]{1,2})([0-9]{6})\s?(\()?([0-9Aa])(?(3)\))(?![0-9A-Za-z])")
_TAIWAN = re.compile(r"(?<![0-9A-Za-z])([A-Za-z])([0-9]{9})(?![0-9A-Za-z])")
_MACAO = re.compile(rf"澳门[^0-9]{{0,6}}(?:身份证|证件|BIR){_IS}(?P<id>[157][0-9]{{6}}\s?\(?[0-9]\)?)(?![0-9])")


def documents(text: str) -> Iterator[Candidate]:
    """Numbers of documents in a folded text. What has no check digit is found after its name only."""
    for kind, pattern in (("passport", _PASSPORT), ("permit", _PERMIT), ("id_card", _MACAO)):
        for found in pattern.finditer(text):
            yield Candidate(kind, *found.span("id"), SHAPED)
    for found in _HONG_KONG.finditer(text):
        ahead = surroundings.before(text, found.start())
        if is_hong_kong_id(found[1], found[2], found[4]) and (surroundings.is_identity(ahead) or (found[3] and not surroundings.is_code(ahead))):
            yield Candidate("id_card", found.start(), found.end(), SHAPED)
    for found in _TAIWAN.finditer(text):
        ahead = surroundings.before(text, found.start())
        if is_taiwan_id(found[1], found[2]) and (surroundings.is_identity(ahead) or (found[2][0] in "12" and not surroundings.is_code(ahead))):
            yield Candidate("id_card", found.start(), found.end(), LIKELY)
