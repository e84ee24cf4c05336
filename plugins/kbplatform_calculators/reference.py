"""Pages of the handbook about each calculator, one page for each question, written from the definitions themselves.

They lie in the content pack like every other page: found, read side by side, exported. ``kbplatform calc reference`` writes
them anew when a definition changes; a test holds them to the definitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import Lang, Text
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.described import as_command, kind_of
from kbplatform_calculators.figures import UNITS
from kbplatform_calculators.index import QUESTIONS
from kbplatform_calculators.references import REFERENCE as SLUG
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbplatform_calculators.calculator import Calculator, Group, Way
    from kbplatform_calculators.figures import Output

SOURCE = Text("来源里的公式，照原样", "The source's own formulae, as they are")
_BETTER = {
    "higher": Text("越高越好", "higher is better"),
    "lower": Text("越低越好", "lower is better"),
    "target": Text("要落在合适的范围里", "best within a range"),
    "context": Text("好坏看情况", "depends on the case"),
    "n/a": Text("没有好坏之分", "neither way is better"),
}
_ANGLE = Text("每个计算器问什么、怎么算、默认了什么、出处和算例", "What each calculator asks, how it computes, what it takes for granted, its source")
_SUMMARY = Text("逐个说明：{names}。", "One by one: {names}.")
_INTRO = Text(
    "这一页由计算器自己的定义写成，和网页、接口、命令行用的是同一份。怎么填数、怎么读答案，见[计算器](article:calculators)。",
    "This page is written from the calculators' own definitions, the same that page, API and command line use. "
    "How to type numbers and read answers: [the calculators](article:calculators).",
)
MOST = 5
"""Calculators on one page, so that it stays light."""
_HEAD = Text("| 填什么 | 怎么写 |", "| input | write |")


def _slugs(group: Group) -> dict[str, list[Calculator]]:
    """The calculators of a group by the slug of the page that tells of them."""
    members = [c for c in ALL if c.group == group]
    parts = [members[i : i + MOST] for i in range(0, len(members), MOST)]
    return {f"{SLUG}{group}{f'-{n}' if n > 1 else ''}": part for n, part in enumerate(parts, 1)}


def address(calculator: Calculator) -> str | None:
    """Where the handbook tells of a calculator; None for one of another plugin, which is not in it."""
    return next((f"/handbook/{slug}#{_anchor(calculator)}" for slug, part in _slugs(calculator.group).items() if calculator in part), None)


def pages(lang: Lang) -> dict[str, str]:
    """Markdown with front matter by slug: a page or more for each question, then those of the formulae of the source."""
    found = {}
    for group, question in (QUESTIONS | {"source": SOURCE}).items():
        parts = _slugs(group)
        for n, (slug, part) in enumerate(parts.items(), 1):
            number = Text(f"（{n}）", f" ({n})") if len(parts) > 1 else Text("", "")
            title = Text(f"计算器逐个说：{question.zh.rstrip('？')}{number.zh}", f"Calculator reference: {question.en}{number.en}")
            found[slug] = _page(slug, title.in_(lang), part, lang)
    return found


def _page(slug: str, title: str, members: list[Calculator], lang: Lang) -> str:
    names = [c.title.in_(lang).replace(",", " ") for c in members]
    front = {
        "title": f'"{title}"',
        "slug": slug,
        "angle": f'"{_ANGLE.in_(lang)}"',
        "summary": f'"{_SUMMARY.in_(lang).format(names=("、" if lang == "zh" else ", ").join(names))}"',
        "moment": "manage",
        "owner": "kbplatform",
        "verify_days": "180",
    }
    head = "\n".join(["---", *(f"{k}: {v}" for k, v in front.items()), "---"])
    return "\n\n".join([head, _INTRO.in_(lang), *("\n\n".join(_about(c, lang)) for c in members)]) + "\n"


def _anchor(calculator: Calculator) -> str:
    return calculator.id.replace("_", "-").replace(".", "-")


def _about(calculator: Calculator, lang: Lang) -> Iterator[str]:
    """The blocks about one calculator."""
    yield f"## {calculator.title.in_(lang)} {{#{_anchor(calculator)}}}"
    yield calculator.purpose.in_(lang)
    numbers = ("、" if lang == "zh" else ", ").join(map(str, calculator.practices))
    practices = Text(f"实践 {numbers}", f"practice {numbers}").in_(lang) if numbers else ""
    opened = Text("打开计算器", "Open it").in_(lang)
    yield " · ".join(filter(None, [f"[{opened}](calc:{calculator.id})", f"`{calculator.id}`", _BETTER[calculator.better].in_(lang), practices]))
    if calculator.as_in_source:
        yield calculator.as_in_source.warning.in_(lang)
        yield "\n".join(f"- {fault.in_(lang)}" for fault in calculator.as_in_source.faults)
        sound = ", ".join(f"[{c.title.in_(lang)}](calc:{c.id})" for c in ALL if c.id in calculator.as_in_source.sound)
        yield Text(f"改用：{sound}", f"Use instead: {sound}").in_(lang)
    for way in calculator.ways:
        yield from _way(calculator, way, lang)
    yield _bold(Text("公式", "Formula"), f"`{calculator.formula.in_(lang)}`", lang)
    if calculator.assumptions:
        yield _bold(Text("默认了", "Takes for granted"), "", lang) + "\n\n" + "\n".join(f"- {a.in_(lang)}" for a in calculator.assumptions)
    yield _bold(Text("出处", "Source"), calculator.source.in_(lang), lang)


def _way(calculator: Calculator, way: Way, lang: Lang) -> Iterator[str]:
    if way.title:
        yield f"### {way.title.in_(lang)} {{#{_anchor(calculator)}-{way.name.replace('_', '-')}}}"
    rows = [f"| `{i.name}` {_cell(_asked(i.label, i.optional, i.hint, lang))} | {_cell(kind_of(i, lang))} |" for i in way.inputs]
    yield "\n".join([_HEAD.in_(lang), "| --- | --- |", *rows])
    if way.outputs:
        yield _bold(Text("得到", "Gives"), ("；" if lang == "zh" else "; ").join(_given(o, lang) for o in way.outputs), lang)
    example = way.examples[0]
    result = run(calculator, example.inputs, way)
    yield _bold(Text("算例", "Example"), f"`{as_command(calculator, way, example)}`", lang)
    yield result.explanation.in_(lang)


def _asked(label: Text, optional: bool, hint: Text, lang: Lang) -> str:
    left = Text("（可不填）", " (optional)").in_(lang) if optional else ""
    said = hint.in_(lang)
    return label.in_(lang) + left + (("：" if lang == "zh" else ": ") + said if said else "")


def _given(output: Output, lang: Lang) -> str:
    unit = UNITS.get(output.unit, UNITS[""])[1].in_(lang)
    words = ("、" if lang == "zh" else ", ").join(word.in_(lang) for _name, word in output.words)
    inside = words or unit
    return f"`{output.name}` {output.label.in_(lang)}" + (Text(f"（{inside}）", f" ({inside})").in_(lang) if inside else "")


def _bold(name: Text, text: str, lang: Lang) -> str:
    return f"**{name.in_(lang)}**" + (f"{'：' if lang == 'zh' else ': '}{text}" if text else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
