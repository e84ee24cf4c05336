"""What a site adds: numbers of its own kind that are masked, and its own public ones that are not."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kbplatform.bilingual import Lang, Text
from kbplatform.errors import SettingsError
from kbplatform.privacy.findings import KINDS
from kbplatform.privacy.folding import fold

MOST_RULES = 40
MOST_PUBLIC = 200
_PLACES = {"#": "[0-9]", "A": "[A-Za-z]", "?": "[0-9A-Za-z]"}
_PART = re.compile(r"\\(?P<literal>.)|(?P<place>[#A?])(?:\{(?P<least>\d{1,2})(?:,(?P<most>\d{1,2}))?\})?|(?P<plain>.)", re.DOTALL)
_BETWEEN = "[ -]?"
Word = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[^\d〔〕\[\]]+$")]
Label = Annotated[str, Field(min_length=1, max_length=30)]


@dataclass(frozen=True, slots=True)
class SiteRule:
    """One kind of number that only this site has, for example its member number."""

    id: str
    name: Text
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """What :func:`find` looks for besides its own kinds, and what it leaves alone: ``public`` numbers, addresses and ``@domains``."""

    site: tuple[SiteRule, ...] = ()
    public: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> dict[str, Text]:
        """Every kind and what it is called, the site's among them."""
        return {**KINDS, **{rule.id: rule.name for rule in self.site}}

    def word(self, kind: str, lang: Lang) -> str:
        """What takes the place of a finding in a text of ``lang``: ``〔手机号〕``, ``[mobile number]``."""
        name = self.names[kind].in_(lang)
        return f"[{name}]" if lang == "en" else f"〔{name}〕"

    def is_public(self, value: str) -> bool:
        """Whether the site says that this value is its own, to be read by anybody."""
        if not self.public:
            return False
        plain = plain_value(value)
        return plain in self.public or ("@" in plain and plain[plain.index("@") :] in self.public)


STANDARD = Rules()
"""Those of a site that adds nothing."""


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    zh: Word
    en: Word
    pattern: str = Field(min_length=1, max_length=60)
    labels: list[Label] = Field(default_factory=list, max_length=20)

    @field_validator("id")
    @classmethod
    def _own_id(cls, value: str) -> str:
        if value in KINDS:
            msg = f"{value} is the name of a built-in kind"
            raise ValueError(msg)
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    public: list[Annotated[str, Field(min_length=3, max_length=100)]] = Field(default_factory=list, max_length=MOST_PUBLIC)
    rule: list[_Rule] = Field(default_factory=list, max_length=MOST_RULES)


def load_rules(path: Path | None) -> Rules:
    """The rules in a TOML file; without a file, those of a site that adds nothing.

    Raises SettingsError that names file, rule and what is wrong with it.
    """
    if path is None:
        return STANDARD
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
        site = tuple(SiteRule(r.id, Text(r.zh, r.en), compile_pattern(r.pattern, r.labels)) for r in file.rule)
    except OSError as error:
        raise _unusable(path, Text(f"读不了：{error.strerror}", f"can't be read: {error.strerror}")) from error
    except ValidationError as error:
        raise _unusable(path, _explained(error)) from error
    except ValueError as error:
        raise _unusable(path, Text(str(error), str(error))) from error
    twice = {r.id for r in site if sum(other.id == r.id for other in site) > 1}
    if twice:
        raise _unusable(path, Text(f"id 重复：{'、'.join(sorted(twice))}", f"used twice: {', '.join(sorted(twice))}"))
    return Rules(site, frozenset(plain_value(value) for value in file.public))


def plain_value(value: str) -> str:
    """A value as it is compared: an address in lower case, a number by its letters and digits."""
    plain = fold(value).text.casefold().strip()
    return plain if "@" in plain else "".join(c for c in plain if c.isalnum())


def compile_pattern(pattern: str, labels: list[str]) -> re.Pattern[str]:
    r"""The small language of site rules as a regular expression over folded text.

    ``#`` is a digit, ``A`` a Latin letter, ``?`` either; ``{n}`` or ``{m,n}`` after one of them repeats it (one range at most).
    Anything else is itself, whatever its case; a backslash takes a sign literally (``\A``). A blank or dash may stand between
    any two signs of the text. With ``labels`` only what follows one of them counts. Raises ValueError in words.
    """
    parts: list[str] = []
    places = ranges = 0
    for found in _PART.finditer(fold(pattern).text):
        if found["place"]:
            least = int(found["least"] or 1)
            most = int(found["most"] or least)
            _check_range(pattern, least, most)
            places += least
            ranges += least != most
            one = _PLACES[found["place"]]
            parts.append(one + (f"(?:{_BETWEEN}{one}){{{least - 1},{most - 1}}}" if most > 1 else ""))
        elif (sign := found["literal"] or found["plain"]) not in " -":
            parts.append(re.escape(sign))
    if ranges > 1:
        msg = f"{pattern}: at most one range {{m,n}} in a pattern"
        raise ValueError(msg)
    if places < (2 if labels else 4):
        msg = f"{pattern}: at least four of # A ? are needed (two with labels), or everyday words and numbers are masked too"
        raise ValueError(msg)
    before = rf"(?:{'|'.join(re.escape(fold(label).text) for label in labels)})\s{{0,2}}[:=#是为]?\s{{0,2}}" if labels else r"(?<![0-9A-Za-z])"
    return re.compile(rf"{before}(?P<value>{_BETWEEN.join(parts)})(?![0-9A-Za-z])", re.IGNORECASE)


def _check_range(pattern: str, least: int, most: int) -> None:
    if not 1 <= least <= most <= 40:
        msg = f"{pattern}: a range {{m,n}} needs 1 ≤ m ≤ n ≤ 40"
        raise ValueError(msg)


def _explained(error: ValidationError) -> Text:
    lines = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
    return Text("；".join(lines), "; ".join(lines))


def _unusable(path: Path, why: Text) -> SettingsError:
    return SettingsError(
        Text(f"脱敏规则 {path}：{why.zh}", f"Masking rules {path}: {why.en}"),
        remedy=Text("写法见手册《安全说明》。", "The handbook's page on security shows how they are written."),
    )
