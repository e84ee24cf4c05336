"""``kbplatform calc``: the list, what a calculator asks for, an answer, and whole files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kbplatform.sdk import LANGS, FieldError, InvalidInput, Text, terminal_lang
from kbplatform_calculators.batch import MAX_BYTES, decode, read_sheet, work_sheet
from kbplatform_calculators.described import as_command, kind_of
from kbplatform_calculators.index import QUESTIONS
from kbplatform_calculators.registry import registry_of
from kbplatform_calculators.running import run, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kbplatform.sdk import Lang
    from kbplatform_calculators.batch import Row
    from kbplatform_calculators.calculator import Calculator
    from kbplatform_calculators.registry import Registry

MAX_FILE = 200_000
"""Bytes of an ``@file`` with one input."""
_HELP = Text(
    "算一个数：kbplatform calc resolution_rate --received 20 --resolved 15\n\n"
    "不写编号就列出全部；只写编号就说明要填什么，并给一条可以照抄的命令。\n\n"
    "几个数写成 --before \"5,3,2,4\"；表格写成 JSON，或 @文件名。\n\n"
    "排一天的班：kbplatform calc day FILE.csv（kbplatform calc day --help）。\n\n"
    "重写手册里的计算器各页：kbplatform calc reference DIR。",
    "Calculate a figure: kbplatform calc resolution_rate --received 20 --resolved 15\n\n"
    "Without an id, lists the calculators; with an id alone, says what it asks for, with a command to copy.\n\n"
    "Write several numbers as --before \"5,3,2,4\"; a table as JSON, or as @file.\n\n"
    "Staff a whole day: kbplatform calc day FILE.csv (kbplatform calc day --help).\n\n"
    "Write the handbook's pages of calculators anew: kbplatform calc reference DIR.",
)
_AS_JSON = Text("输出给程序读的 JSON。", "Machine-readable output.")
_WAY = Text("从哪组输入算起；一般不用写，看填了什么就知道。", "Which set of inputs to start from; usually told by those given.")
_BATCH = Text("整个 CSV 文件一起算，“-” 表示标准输入。", "Work out a whole CSV file; “-” is standard input.")
_OUT = Text("结果写到这个文件；不写就打到屏幕上。", "Write the outcome to this file; without it, to the screen.")
_OF_SOURCE = Text("出处原样的算式（有错，别拿来管事）", "As the source has it (with its faults: not to manage by)")
_SHOW_HELP = Text("显示这段说明；前面写了编号就说明那个计算器。", "Show this, or after an id what that calculator asks for.")
_SETTINGS = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@click.command(context_settings=_SETTINGS, help=_HELP.in_(terminal_lang()))
@click.argument("calculator_id", required=False)
@click.option("--json", "as_json", is_flag=True, help=_AS_JSON.in_(terminal_lang()))
@click.option("--way", default="", help=_WAY.in_(terminal_lang()))
@click.option("--batch", metavar="FILE", help=_BATCH.in_(terminal_lang()))
@click.option("--out", metavar="FILE", help=_OUT.in_(terminal_lang()))
@click.option("-h", "--help", "wants_help", is_flag=True, help=_SHOW_HELP.in_(terminal_lang()))
@click.pass_context
def calc(ctx: click.Context, calculator_id: str | None, *, as_json: bool, way: str, batch: str | None, out: str | None, wants_help: bool) -> None:
    if calculator_id == "day":
        from kbplatform_calculators.planner_command import day  # noqa: PLC0415 - needed by this one command only

        ours = [*(["--json"] if as_json else []), *(["--out", out] if out else []), *(["--help"] if wants_help else [])]
        day.main(args=[*ctx.args, *ours], prog_name="kbplatform calc day", standalone_mode=False)
        return
    if calculator_id == "reference":
        if wants_help or len(ctx.args) != 1:
            raise click.UsageError("kbplatform calc reference DIR")
        _reference(Path(ctx.args[0]))
        return
    lang = terminal_lang()
    if wants_help and calculator_id is None:
        click.echo(ctx.get_help())
        return
    registry = registry_of(ctx.obj.services())
    if calculator_id is None:
        _list(registry, lang, as_json=as_json)
        return
    calculator = registry.get(calculator_id)
    if way and way not in {w.name for w in calculator.ways}:
        names = ", ".join(w.name for w in calculator.ways if w.name) or "–"
        raise _unusable("way", Text(f"没有“{way}”，可选：{names}", f"There is no {way}; one of: {names}"))
    if batch is not None:
        _batch(calculator, batch, out, way, lang)
        return
    given = _pairs(ctx.args)
    if wants_help or not (given or not any(w.inputs for w in calculator.ways)):
        _describe(calculator, lang)
        return
    _answer(calculator, {name: _from_file(name, value) for name, value in given.items()}, way, lang, as_json=as_json)


def _reference(handbook: Path) -> None:
    """Write the pages of the handbook about each calculator, in both languages, into its folder."""
    from kbplatform_calculators.reference import pages  # noqa: PLC0415 - needed by this one command only

    for lang in LANGS:
        for slug, text in pages(lang).items():
            file = handbook / slug / f"{lang}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            click.echo(str(file))


def _list(registry: Registry, lang: Lang, *, as_json: bool) -> None:
    """The calculators by the question they answer, with the inputs of the first way."""
    found = list(registry.calculators.values())
    if as_json:
        listed = [{"id": c.id, "title": c.title.in_(lang), "group": c.group, "inputs": [[i.name for i in w.inputs] for w in c.ways]} for c in found]
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for group, title in (QUESTIONS | {"source": _OF_SOURCE}).items():
        members = [c for c in found if c.group == group]
        if members:
            click.echo(click.style(title.in_(lang), bold=True))
        for c in members:
            click.echo(f"  {c.id}  {c.title.in_(lang)}  " + click.style(" ".join(f"--{i.name}" for i in c.ways[0].inputs), dim=True))


def _describe(calculator: Calculator, lang: Lang) -> None:
    """What it is, what it asks for, and its worked example as a command."""
    click.echo(click.style(f"{calculator.title.in_(lang)} ({calculator.id})", bold=True))
    click.echo(calculator.purpose.in_(lang))
    click.echo(calculator.formula.in_(lang))
    for way in calculator.ways:
        click.echo("")
        if len(calculator.ways) > 1:
            click.echo(click.style(way.title.in_(lang) + (f"  --way {way.name}" if way.name else ""), bold=True))
        for field in way.inputs:
            optional = Text("（可不填）", " (optional)").in_(lang) if field.optional else ""
            hint = f" · {field.hint.in_(lang)}" if field.hint else ""
            click.echo(f"  --{field.name}  {field.label.in_(lang)}{optional}: {kind_of(field, lang)}{hint}")
        if way.examples:
            click.echo(f"  $ {as_command(calculator, way, way.examples[0])}")


def _answer(calculator: Calculator, given: Mapping[str, object], way: str, lang: Lang, *, as_json: bool) -> None:
    result = run(calculator, given, calculator.named(way) if way else None)
    if as_json:
        out = {
            "outputs": dict(result.outputs), "explanation": result.explanation.in_(lang), "warnings": [w.in_(lang) for w in result.warnings],
            "interval": result.interval, "version": calculator.version,
        }  # fmt: skip
        click.echo(json.dumps(out, ensure_ascii=False))
        return
    click.echo(result.explanation.in_(lang))
    leading = calculator.leading(result.way)
    for output in result.way.outputs:
        if output.name != leading and result.outputs.get(output.name) is not None:
            click.echo(click.style(f"  {output.label.in_(lang)}: {shown(result, output.name, lang)}", dim=True))
    for warning in result.warnings:
        click.echo(f"  · {warning.in_(lang)}")


def _batch(calculator: Calculator, source: str, out: str | None, way: str, lang: Lang) -> None:
    """A whole file; progress and what is wrong go to standard error. Ends with 1 where a row could not be worked out."""
    sheet = read_sheet(decode(_bytes("batch", source, MAX_BYTES)))
    label = calculator.title.in_(lang)

    def told(rows: Iterable[Row]) -> Iterator[Row]:
        with click.progressbar(rows, length=len(sheet.rows), label=label, file=sys.stderr) as bar:
            yield from bar

    outcome = work_sheet(calculator, sheet, lang, way=way, told=told)
    if out is None:
        click.echo(outcome.csv, nl=False)
    else:
        try:
            Path(out).write_text(outcome.csv, encoding="utf-8", newline="")
        except OSError as error:
            raise _unusable("out", Text(f"写不了 {out}：{error.strerror}", f"{out} can't be written: {error.strerror}")) from error
    for line, messages in outcome.problems:
        click.echo(Text(f"第 {line} 行：", f"Line {line}: ").in_(lang) + "; ".join(m.in_(lang) for m in messages), err=True)
    if outcome.unknown:
        names = ", ".join(outcome.unknown)
        click.echo(Text(f"不是输入项、原样带过的列：{names}", f"Columns that are no input, carried through: {names}").in_(lang), err=True)
    said = Text(f"算好 {outcome.done} 行，没算出来 {outcome.failed} 行", f"Rows worked out: {outcome.done}; not: {outcome.failed}")
    click.echo(said.in_(lang), err=True)
    if outcome.failed:
        raise SystemExit(1)


def _pairs(arguments: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("--"):
            raise InvalidInput(Text(f"{argument}：输入要写成 --名称 值", f"{argument}: write inputs as --name value"))
        name, equals, value = argument[2:].partition("=")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise _unusable(name, Text("后面要写一个值", "Needs a value after it"))
            value = following
        if name in values:
            raise _unusable(name, Text("写了两次", "Given twice"))
        values[name] = value
    return values


def _from_file(name: str, value: str) -> Any:  # noqa: ANN401 - text, or what JSON holds
    """``@file`` is what stands in the file; JSON is read, everything else stays as typed."""
    text = decode(_bytes(name, value[1:], MAX_FILE)) if value.startswith("@") else value
    if text.lstrip()[:1] not in {"[", "{"}:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(name, Text("不是有效的 JSON", "Not valid JSON")) from error


def _bytes(name: str, source: str, most: int) -> bytes:
    try:
        if source == "-":
            data: bytes = sys.stdin.buffer.read(most + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise _unusable(name, Text(f"打不开 {source}：{error.strerror}", f"{source} can't be opened: {error.strerror}")) from error
    if len(data) > most:
        raise _unusable(name, Text(f"{source} 太大，最多 {most:,} 字节", f"{source} is too large: at most {most:,} bytes"))
    return data


def _unusable(name: str, message: Text) -> InvalidInput:
    return InvalidInput(Text("有字段填得不对", "Some fields can't be used as they are"), fields=(FieldError(name, message),))
