"""Running a calculator: choose the way, read what was typed, hold it to the rules, compute, say it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from kbplatform.sdk import LANGS, FieldError, InvalidInput, Lang, Text
from kbplatform_calculators.calculator import Calculator, Outputs, Result, Values, Way
from kbplatform_calculators.figures import Figure, counted, written
from kbplatform_calculators.inputs import Number
from kbplatform_calculators.typed import Unreadable

NOT_ENOUGH = Text("数据不够", "Not enough data")
NOTHING_COMPUTED = Text("什么也没算", "Nothing is computed")
_WRONG = Text("有字段填得不对", "Some fields can't be used as they are")
_UNKNOWN = Text("没有这个字段", "There is no such field")
_MISSING = Text("必填", "Required")
_TOO_FAR = Text(
    "这些数合在一起超出了能算的范围，请检查是不是多打了几个零。",
    "Together these numbers are beyond what can be computed. Check for extra zeros.",
)


def run(calculator: Calculator, raw: Mapping[str, object], way: Way | None = None) -> Result:
    """The answer to what was typed. Raises InvalidInput with a message for each field that can't be used.

    The names in ``raw`` choose the way unless one is given. Empty text is the same as nothing.
    """
    given = {name: value for name, value in raw.items() if value is not None and not (isinstance(value, str) and not value.strip())}
    way = way or calculator.way(frozenset(given))
    return compute(calculator, way, read(way, given))


def read(way: Way, given: Mapping[str, object]) -> Values:
    """Every input read and held to the rules. Raises InvalidInput."""
    problems = [FieldError(str(name)[:80], _UNKNOWN) for name in given if name not in way.names]
    values: dict[str, Any] = {}
    for field in way.inputs:
        if field.name not in given:
            values[field.name] = field.default
            if not field.optional:
                problems.append(FieldError(field.name, _MISSING))
            continue
        try:
            values[field.name] = field.read(given[field.name])
        except Unreadable as error:
            problems.append(FieldError(field.name, error.message))
    if not problems:
        problems = [p for rule in way.rules if (p := rule(values))]
    if problems:
        raise InvalidInput(_WRONG, fields=tuple(problems))
    return values


def compute(calculator: Calculator, way: Way, values: Values) -> Result:
    """The answer to values that were read. Raises InvalidInput where the numbers are too far apart for any figure."""
    leading = calculator.leading(way)
    try:
        outputs = way.compute(values)
    except OverflowError:
        outputs = {leading: float("inf")}
    if not all(isfinite(f) for f in outputs.values() if isinstance(f, int | float)):
        first = next(iter(way.inputs)).name
        raise InvalidInput(_WRONG, fields=(FieldError(first, _TOO_FAR),))
    main = outputs.get(leading)
    enough = main is not None or not way.outputs
    says = _Words(way, values, outputs)
    if enough:
        sentence = way.sentence(values, outputs) if callable(way.sentence) else way.sentence
        headline, explanation = says.figure(leading), says.fill(sentence)
    elif instead := way.instead(values, outputs):
        headline, explanation = (says.fill(words) for words in instead)
    else:
        headline, explanation = NOT_ENOUGH, says.fill(Text(f"数据不够：{way.empty.zh}", f"Not enough data: {way.empty.en}"))
    working = way.working(values, outputs) if callable(way.working) else way.working
    warnings = (calculator.as_in_source.warning,) if calculator.as_in_source else ()
    return Result(
        calculator=calculator,
        way=way,
        values=values,
        outputs=outputs,
        headline=headline,
        explanation=explanation,
        working=says.fill(working) if enough else Text("", ""),
        warnings=(*warnings, *(says.fill(c.text) for c in way.cautions if c.when(values, outputs))),
        interval=_interval(main, way, outputs),
        enough=enough,
    )


def _interval(main: Figure, way: Way, outputs: Outputs) -> tuple[float, float] | None:
    if way.interval:
        low, high = (outputs.get(name) for name in way.interval)
    elif way.margin and isinstance(main, int | float) and isinstance(half := outputs.get(way.margin), int | float):
        low, high = main - half, main + half
    else:
        return None
    return (low, high) if isinstance(low, int | float) and isinstance(high, int | float) else None


class _Words:
    """Fills templates with inputs and outputs, each written with its unit."""

    def __init__(self, way: Way, values: Values, outputs: Outputs) -> None:
        self._writers: dict[str, Callable[[Lang], str]] = {}
        for field in way.inputs:
            unit = field.unit if isinstance(field, Number) else ""
            self._writers[field.name] = _writer(values.get(field.name), unit, None)
        for output in way.outputs:
            self._writers[output.name] = _writer(outputs.get(output.name), output.unit, output.decimals, dict(output.words))

    def figure(self, name: str) -> Text:
        """One figure in both languages; that there is none where nothing of that name is computed."""
        writer = self._writers.get(name)
        return Text(writer("zh"), writer("en")) if writer else NOTHING_COMPUTED

    def fill(self, template: Text) -> Text:
        """The template in both languages."""
        zh, en = (template.in_(lang).format_map(_Filled(self._writers, lang)) for lang in LANGS)
        return Text(zh, en)


class _Written(str):
    """A figure as written. ``{received:case|cases}`` puts the noun that goes with it behind it, ``{received:case}`` its plural by an s."""

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        one, _, many = nouns.partition("|")
        return counted(str(self), one, many) if one else str(self)


class _Filled(dict[str, _Written]):
    """Looks a name up when the template asks for it."""

    def __init__(self, writers: Mapping[str, Callable[[Lang], str]], lang: Lang) -> None:
        super().__init__()
        self._writers, self._lang = writers, lang

    def __missing__(self, name: str) -> _Written:
        return _Written(self._writers[name](self._lang))


def _writer(value: Any, unit: str, decimals: int | None, words: Mapping[str, Text] | None = None) -> Callable[[Lang], str]:  # noqa: ANN401 - a figure or an input's value
    if words and value in words:
        return words[value].in_
    return lambda lang: written(value, unit, lang, decimals)


def figures_shown(result: Result, lang: Lang) -> list[tuple[str, str]]:
    """Label and figure of each output, as a page lists them."""
    return [(o.label.in_(lang), shown(result, o.name, lang)) for o in result.way.outputs if o.name in result.outputs]


def shown(result: Result, name: str, lang: Lang) -> str:
    """One output as people read it."""
    output = next(o for o in result.way.outputs if o.name == name)
    value: Figure = result.outputs.get(name)
    return _writer(value, output.unit, output.decimals, dict(output.words))(lang)
