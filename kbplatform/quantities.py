"""A number as people type it, and what stands behind it: ``１，２００`` is 1200, ``85%`` is 85 with ``%``, ``20 通`` is 20 with ``通``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_QUANTITY = re.compile(r"([+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3}(?![\d.]))?)\s*(\D*)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:e[+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` exactly as typed; ``unit`` is all that stands behind it, in lower case, empty where nothing does."""

    value: Decimal
    unit: str


def tidy(text: str) -> str:
    """``text`` in half-width characters and lower case, without spaces around it; ``−`` is ``-``, and so is the Chinese comma one."""
    return unicodedata.normalize("NFKC", text).strip().lower().replace("−", "-").replace("，", ",")


def grouped(number: str) -> bool:
    """Whether commas stand before each group of three digits: ``1,200`` does, ``1,2`` could mean anything."""
    return bool(_GROUPED.fullmatch(number))


def read_quantity(text: str) -> Quantity | None:
    """What was typed; None where it does not begin with one number, has another one in it, or has commas elsewhere than between thousands.

    Nothing is evaluated and nothing converted: a percent sign is a unit like any other.
    """
    found = _QUANTITY.fullmatch(tidy(text))
    if found is None or ("," in found[1] and not grouped(found[1])):
        return None
    return Quantity(Decimal(found[1].replace(",", "")), found[2].strip())
