"""Check digits, dates and regions: what tells a real number from a row of figures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from kbplatform.privacy.wordlists import words

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = words("""
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83
""")
"""First two digits of GB/T 2260, with the residence permits of Hong Kong, Macao and Taiwan people (81, 82, 83)."""
_OLD_REGION = re.compile(r"..(?:0[1-9]|[12]\d|3[0-6]|4[0-3]|5[1-9]|6\d|70)(?:[0-3]\d|8[1-9]|9[0-9])")
"""Prefecture and county as GB/T 2260 numbers them."""
_CARD = re.compile(
    r"62\d{14,17}|81\d{14,17}|4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|35(?:2[89]|[3-8]\d)\d{12}|(?:6011|65\d\d|64[4-9]\d)\d{12}|(?:9558|9559|9400|9669|6013|6014|6029|6858|6907|436742|456351|1030)\d{9,15}"
)
"""Issuers by their first digits, ISO/IEC 7812-1, with the lengths they use; the last group are mainland debit cards older than 62."""
_TAIWAN = {letter: 10 + n for n, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def is_id18(value: str) -> bool:
    """Whether 18 signs are an identity number: region, date of birth, check sign by ISO 7064 MOD 11-2 (GB 11643-1999)."""
    return id_shaped(value) and id_check(value[:17]) == value[17].upper()


def id_shaped(value: str) -> bool:
    """Whether 18 signs have the region and the date of birth of an identity number. 9 leads those of foreign residents."""
    return (value[:2] in _PROVINCES or value[0] == "9") and _is_date(value[6:14])


def id_check(first: str) -> str:
    """The check sign of 17 digits, ISO 7064 MOD 11-2."""
    return _CHECKS[sum(w * int(c) for w, c in zip(_WEIGHTS, first, strict=True)) % 11]


def is_id15(value: str) -> bool:
    """Whether 15 digits can be an identity number of before 2000: region and date of birth, yymmdd; it had no check digit (GB 11643-1989)."""
    return value[:2] in _PROVINCES and bool(_OLD_REGION.match(value)) and _is_date("19" + value[6:12]) and value[12:] != "000"


def is_card(value: str) -> bool:
    """Whether digits are a payment card: first digits and length of an issuer, check digit by Luhn (ISO/IEC 7812-1, annex B)."""
    return _CARD.fullmatch(value) is not None and luhn(value)


def luhn(value: str) -> bool:
    """Whether the last digit is right by Luhn's formula (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(2 * int(c), 10)) for c in value[-2::-2])
    return (doubled + sum(int(c) for c in value[::-2])) % 10 == 0


def is_hong_kong_id(letters: str, digits: str, check: str) -> bool:
    """Whether letters, six digits and a check sign are a Hong Kong identity number: weights 9 to 2, modulo 11, blank counts 36."""
    values = [ord(c) - 55 for c in letters.upper().rjust(2, "[")]  # "[" is 91, hence 36: the blank before a single letter
    total = sum(w * v for w, v in zip(range(9, 1, -1), [*values, *map(int, digits)], strict=True))
    return (total + (10 if check.upper() == "A" else int(check))) % 11 == 0


def is_taiwan_id(letter: str, digits: str) -> bool:
    """Whether a letter and nine digits are a Taiwan identity number: the letter counts as two digits, weights 1 and 9 to 1, modulo 10."""
    tens, ones = divmod(_TAIWAN[letter.upper()], 10)
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return digits[0] in "1289" and sum(w * v for w, v in zip(weights, [tens, ones, *map(int, digits)], strict=True)) % 10 == 0


def is_day(value: str) -> bool:
    """Whether eight digits are a day of this or the last century, written together."""
    return value[:2] in {"19", "20"} and _exists(value)


def _is_date(value: str) -> bool:
    return value[:2] in {"18", "19", "20"} and _exists(value) and value <= f"{datetime.now(UTC):%Y%m%d}"


def _exists(value: str) -> bool:
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    except ValueError:
        return False
    return True
