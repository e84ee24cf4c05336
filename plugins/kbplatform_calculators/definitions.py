"""What a calculator is: one frozen declaration from which page, API, CLI and checks come."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kbplatform.sdk import FieldError, InvalidInput, Text

Outputs = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Count:
    """An input that counts things: a whole number, ``minimum`` or more."""

    name: str
    label: Text
    hint: Text
    minimum: int = 0
    maximum: int = 1_000_000_000

    def read(self, raw: object) -> int:
        """``raw`` as typed (full-width digits, ``1,200``) → int. Raises InvalidInput naming the field."""
        text = unicodedata.normalize("NFKC", str(raw)).replace(",", "").replace(" ", "")
        if isinstance(raw, bool) or raw is None or not text:
            raise self.wrong(Text("请填一个整数", "Enter a whole number"))
        text = text.removesuffix(".0")
        if not (text.isascii() and text.removeprefix("-").isdecimal()) or len(text) > 15:
            raise self.wrong(Text("要写成整数，例如 20", "Write a whole number, for example 20"))
        value = int(text)
        if not self.minimum <= value <= self.maximum:
            raise self.wrong(Text(f"要在 {self.minimum} 到 {self.maximum} 之间", f"Must be from {self.minimum} to {self.maximum}"))
        return value

    def wrong(self, message: Text) -> InvalidInput:
        """The error that names this field."""
        return InvalidInput(Text("有字段填得不对", "Some fields can't be used as they are"), fields=(FieldError(self.name, message),))


@dataclass(frozen=True, slots=True)
class Result:
    """The answer: figures by name (None where there is not enough data), the one that counts, a sentence, cautions."""

    outputs: Outputs
    headline: Text
    explanation: Text
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator. ``example`` and ``expected`` are its worked example; ``source`` says where the formula is from."""

    id: str
    title: Text
    purpose: Text
    formula: Text
    inputs: tuple[Count, ...]
    compute: Callable[[Mapping[str, int]], Result]
    rules: tuple[Callable[[Mapping[str, int]], FieldError | None], ...]
    example: Mapping[str, int]
    expected: Mapping[str, float]
    source: Text
    aliases: Mapping[str, tuple[str, ...]]

    def run(self, raw: Mapping[str, object]) -> Result:
        """Validate what was typed and compute. Raises InvalidInput with a message for each wrong field."""
        unknown = [FieldError(name, Text("没有这个字段", "There is no such field")) for name in raw if name not in {i.name for i in self.inputs}]
        values: dict[str, int] = {}
        problems: list[FieldError] = unknown
        for field in self.inputs:
            try:
                values[field.name] = field.read(raw.get(field.name))
            except InvalidInput as error:
                problems += error.fields
        if not problems:
            problems = [p for rule in self.rules if (p := rule(values))]
        if problems:
            raise InvalidInput(Text("有字段填得不对", "Some fields can't be used as they are"), fields=tuple(problems))
        return self.compute(values)
