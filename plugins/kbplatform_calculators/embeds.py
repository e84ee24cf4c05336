"""A calculator in the midst of an article: its result where all inputs are given, else a short form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kbplatform.sdk import Embed, EmbedView, InvalidInput, Text
from kbplatform_calculators.forms import unit_beside
from kbplatform_calculators.inputs import Choice
from kbplatform_calculators.registry import page_url, registry_of
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbplatform.sdk import EmbedCall, Lang, Services
    from kbplatform_calculators.calculator import Calculator, Result, Way
    from kbplatform_calculators.registry import Registry

NAME = "calc"
_PAIR = re.compile(r'([A-Za-z_][A-Za-z0-9_]{0,80})\s*[=＝]\s*("[^"]*"|“[^”]*”|[^\s"“”]+)\s*')
_OWN_FIGURES = Text("换成自己的数", "Use your own figures")
_CALCULATE = Text("计算", "Calculate")
_UNKNOWN = Text("没有这个计算器", "there is no such calculator")
_UNREADABLE = Text("输入写成 名称=值，值里有空格就加引号", "write inputs as name=value, with quotes around a value that has blanks")


def embeds_for(services: Services) -> list[Embed]:
    """``{{calc:…}}``, over the calculators of this platform."""
    registry = registry_of(services)
    return [Embed(NAME, lambda call: view(registry, call), lambda target, arguments: problem(registry, target, arguments))]


def pairs(arguments: str) -> dict[str, str] | None:
    """Inputs by name: ``received=20 talk="3分20秒"``; None where something else stands there or a name comes twice."""
    given: dict[str, str] = {}
    at = 0
    while at < len(arguments):
        match = _PAIR.match(arguments, at)
        if match is None or match[1] in given:
            return None
        given[match[1]] = match[2].strip('"“”')
        at = match.end()
    return given


def problem(registry: Registry, target: str, arguments: str) -> Text | None:
    """What is wrong with a mark: no such calculator or input, or a value that it refuses. Inputs that are missing make a form."""
    calculator, given = registry.calculators.get(target), pairs(arguments)
    if calculator is None or given is None:
        return _UNKNOWN if calculator is None else _UNREADABLE
    way = calculator.way(given)
    if given.keys() <= way.names and not way.required <= given.keys():
        return None
    try:
        run(calculator, given, way)
    except InvalidInput as error:
        wrong = error.fields[0]
        return Text(f"{wrong.field}：{wrong.message.zh}", f"{wrong.field}: {wrong.message.en}")
    return None


def view(registry: Registry, call: EmbedCall) -> EmbedView | None:
    """Headline, sentence and a link with these inputs; without all of them the form with those there are."""
    calculator, given = registry.calculators.get(call.target), pairs(call.arguments)
    if calculator is None or given is None:
        return None
    lang: Lang = "en" if call.lang == "en" else "zh"
    way = calculator.way(given)
    answer = _answer(calculator, way, given)
    given = {name: value for name, value in given.items() if name in way.names}
    url = page_url(calculator.id) + (f"?{urlencode(given)}" if given else "")
    context = {
        "alone": call.alone,
        "title": calculator.title.in_(lang),
        "url": url,
        "action": page_url(calculator.id),
        "result": _told(answer, lang),
        "fields": _fields(way, given, call.key, lang),
        "own_figures": _OWN_FIGURES.in_(lang),
        "calculate": _CALCULATE.in_(lang),
    }
    return EmbedView("calculators/embed.html", context)


def _answer(calculator: Calculator, way: Way, given: Mapping[str, str]) -> Result | None:
    if not way.required <= given.keys():
        return None
    try:
        return run(calculator, given, way)
    except InvalidInput:
        return None


def _told(result: Result | None, lang: Lang) -> dict[str, object] | None:
    if result is None:
        return None
    warnings = [w.in_(lang) for w in result.warnings[:1]] if result.calculator.as_in_source else []
    return {"headline": result.headline.in_(lang), "explanation": result.explanation.in_(lang), "warnings": warnings}


def _fields(way: Way, given: Mapping[str, str], key: str, lang: Lang) -> list[dict[str, object]]:
    """What a field of the short form needs: no hints, the worked example as placeholders."""
    example = way.examples[0].inputs
    return [
        {
            "name": i.name,
            "id": f"{key}-{i.name}",
            "label": i.label.in_(lang),
            "unit": unit_beside(i, lang),
            "typed": given.get(i.name, ""),
            "placeholder": i.typed(example[i.name]) if i.name in example else "",
            "long": i.long,
            "options": [(word, label.in_(lang)) for word, label in i.options] if isinstance(i, Choice) else [],
        }
        for i in way.inputs
        if not i.optional or i.name in given
    ]
