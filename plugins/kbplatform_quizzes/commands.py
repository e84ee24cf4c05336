"""``kbplatform quiz``: questions in from other programs' files, out to them, and what a file holds; who knows what."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from kbplatform.sdk import Actor, ArticleService, Lang, Text, terminal_lang
from kbplatform_quizzes.formats.registry import FORMATS, MAX_XML, formats_with, read_file
from kbplatform_quizzes.lints import check_sheet
from kbplatform_quizzes.registry import bank_of, types_of
from kbplatform_quizzes.taking_in import Destination, picture, take_in, together
from kbplatform_quizzes.training.commands import matrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbplatform.sdk import Services
    from kbplatform_quizzes.authoring import Added
    from kbplatform_quizzes.formats.exported import Loss
    from kbplatform_quizzes.formats.imported import Imported, Item
    from kbplatform_quizzes.formats.registry import Format

CLI = Actor(None, "cli")
SOME = 20
"""Items of a kind that are shown on the terminal before the rest is only counted."""


def _help(zh: str, en: str) -> str:
    return Text(zh, en).in_(terminal_lang())


_FORMAT = click.option(
    "--format", "format_name", type=click.Choice([*FORMATS]),
    help=_help("文件格式；不写就看内容。", "The file's format; told by its content if not given."),
)  # fmt: skip
_LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"]),
    help=_help("题目的语言；不写就看有没有汉字。", "The language of the questions; told by their characters if not given."),
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help=_help("输出给程序读的 JSON。", "Machine-readable output."))
_SHEET = _help("放到哪条实践；不写就放进题库自己的一张单子。", "The practice they belong to; without it, a sheet of the bank's own.")
_IMPORT = _help(
    "导入 GIFT、Moodle XML、Aiken、CSV、Excel 或 YAML。没收的、改了的，每条都说为什么。",
    "Take in GIFT, Moodle XML, Aiken, CSV, Excel or YAML. Tells of each item that changed or was refused, and why.",
)
_WHICH = _help("哪条实践，可写几次；不写就是全部。", "The practice, as often as wanted; all of them without it.")
_ONE_LANGUAGE = _help("只装得下一种语言的格式用哪种。", "For formats that hold one language only.")
_TEMPLATE = _help(
    "写一个表格模板，每种题型一行例子，照着填就能导入。",
    "Write a template table with an example row of each type, to fill in and import.",
)


@click.group(help=_help("题目：导入、导出、检查、模板；谁会什么", "Questions: import, export, check, template; who knows what"))
def quiz() -> None:
    pass


quiz.add_command(matrix)


@quiz.command("import", help=_IMPORT)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--practice", metavar="SLUG", help=_SHEET)
@click.option("--section", metavar="ID", default="", help=_help("回答这些题的小节。", "The section that answers them."))
@_FORMAT
@_LANG
@click.option("--dry-run", is_flag=True, help=_help("只看会怎样，什么都不写。", "Only tell what would happen."))
@_JSON
@click.pass_context
def import_(  # one parameter for each option
    ctx: click.Context, file: str, *, practice: str | None, section: str, format_name: str | None, lang: str | None, dry_run: bool, as_json: bool
) -> None:
    if section and not practice:
        raise click.UsageError(_help("--section 要和 --practice 一起用", "--section goes with --practice"))
    data = _bytes(file)
    services = ctx.obj.services() if dry_run and not practice else ctx.obj.platform().services
    if practice and not ArticleService(services.db).codes([practice]):
        raise click.UsageError(_help(f"没有这条实践：{practice}", f"There is no practice {practice}"))
    found, imported = _read(data, file, services, format_name, lang)
    sheets: Mapping[str, list[Added]] = {}
    if not dry_run and imported.questions:
        with services.db.write() as session:
            sheets = take_in(session, imported, Destination(practice or "", section), CLI)
    if as_json:
        _print_json(_as_json(file, found, imported, sheets, dry_run=dry_run))
    else:
        _tell(found, imported, sheets, dry_run=dry_run)
    if imported.refused:
        raise SystemExit(1)


@quiz.command(help=_help("看一个文件里有什么题、有什么毛病，什么都不写。", "What a file holds, and what is wrong with it. Writes nothing."))
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@_FORMAT
@_LANG
@_JSON
@click.pass_context
def check(ctx: click.Context, file: str, *, format_name: str | None, lang: str | None, as_json: bool) -> None:
    found, imported = _read(_bytes(file), file, ctx.obj.services(), format_name, lang)
    both = any(text.zh and text.en and text.zh != text.en for q in imported.questions for text in q.texts())
    hints = [fault.message for fault in check_sheet(imported.questions, None, languages=both)]
    if as_json:
        told = [{"zh": hint.zh, "en": hint.en} for hint in hints]
        _print_json(_as_json(file, found, imported, {}, dry_run=True) | {"hints": told})
    else:
        _tell(found, imported, {}, dry_run=True)
        _list(Text("可以再看看", "Worth a look"), [hint.in_(terminal_lang()) for hint in hints])
    if imported.refused:
        raise SystemExit(1)


@quiz.command(help=_help("导出题目；带不走的逐条列出来。", "Write questions out; lists what the format can't carry."))
@click.option("--practice", "practices", metavar="SLUG", multiple=True, help=_WHICH)
@click.option(
    "--format", "format_name", type=click.Choice([*FORMATS]),
    help=_help("格式；不写就看文件名。", "The format; told by the file's name if not given."),
)
@click.option("-o", "--out", type=click.Path(dir_okay=False), required=True, metavar="FILE", help=_help("写到哪个文件。", "The file to write."))
@click.option("--lang", type=click.Choice(["zh", "en"]), default=terminal_lang(), show_default=True, help=_ONE_LANGUAGE)
@_JSON
@click.pass_context
def export(ctx: click.Context, *, practices: tuple[str, ...], format_name: str | None, out: str, lang: str, as_json: bool) -> None:
    services = ctx.obj.platform().services
    bank = bank_of(services)
    known = bank.counts()
    if missing := [slug for slug in practices if slug not in known]:
        raise click.UsageError(_help(f"题库里没有：{'、'.join(missing)}", f"The bank has nothing for {', '.join(missing)}"))
    chosen = _format_for(out, format_name)
    questions, renamed = together(s.question for slug in practices or sorted(known) for s in bank.of(slug))
    done = chosen.write(questions, cast("Lang", lang), lambda sha256: picture(services.db, sha256))
    _write(out, done.data)
    losses = [*renamed, *done.losses]
    if as_json:
        counts = {"written": done.written, "left_out": sum(x.left_out for x in losses)}
        _print_json({"file": out, "format": chosen.name} | counts | {"losses": [_loss_json(x) for x in losses]})
    else:
        _tell_losses(losses, Text(f"写了 {done.written} 题：{out}", f"Questions written to {out}: {done.written}"))
    if any(loss.left_out for loss in losses):
        raise SystemExit(1)


@quiz.command(help=_TEMPLATE)
@click.argument("out", metavar="FILE.xlsx", type=click.Path(dir_okay=False))
@click.option("--lang", type=click.Choice(["zh", "en"]), default=terminal_lang(), show_default=True)
def template(*, out: str, lang: str) -> None:
    from kbplatform_quizzes.formats.examples import EXAMPLES  # noqa: PLC0415 - only this command wants them

    chosen = _format_for(out, None)
    if chosen.name not in {"csv", "xlsx"}:
        raise click.UsageError(_help("模板写成 .xlsx 或 .csv", "A template is .xlsx or .csv"))
    _write(out, chosen.write(EXAMPLES, cast("Lang", lang), lambda _sha256: None).data)
    click.echo(_help(f"模板写好了：{out}", f"The template is written: {out}"))


def _bytes(file: str) -> bytes:
    """At most a byte more than any format takes, so that the reader can say that it is too much."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(MAX_XML + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MAX_XML + 1)
    except OSError as error:
        raise click.UsageError(_help(f"打不开 {file}：{error.strerror}", f"{file} can't be opened: {error.strerror}")) from error


def _write(out: str, data: bytes) -> None:
    try:
        Path(out).write_bytes(data)
    except OSError as error:
        raise click.UsageError(_help(f"写不了 {out}：{error.strerror}", f"{out} can't be written: {error.strerror}")) from error


def _read(data: bytes, file: str, services: Services, format_name: str | None, lang: str | None) -> tuple[Format | None, Imported]:
    formats = formats_with(types_of(services))
    return read_file(data, file, format=format_name or "", lang=cast("Lang | None", lang), formats=formats)


def _format_for(out: str, format_name: str | None) -> Format:
    if format_name:
        return FORMATS[format_name]
    found = next((one for one in FORMATS.values() if out.lower().endswith(one.suffixes)), None)
    if found is None:
        names = ", ".join(FORMATS)
        zh = f"看文件名不知道写成什么，请加 --format：{names}"
        raise click.UsageError(_help(zh, f"The name of the file doesn't say the format; add --format: {names}"))
    return found


def _print_json(what: dict[str, Any]) -> None:
    click.echo(json.dumps(what, ensure_ascii=False, indent=1))


def _as_json(file: str, found: Format | None, imported: Imported, sheets: Mapping[str, list[Added]], *, dry_run: bool) -> dict[str, Any]:
    return {
        "file": file,
        "format": found.name if found else None,
        "dry_run": dry_run,
        "imported": len(imported.questions),
        "by_type": imported.by_type,
        "changed": [_item_json(item) for item in imported.report if item.outcome == "changed"],
        "refused": [_item_json(item) for item in imported.refused],
        "pictures": len(imported.pictures.kept),
        "sheets": {slug: {"added": sum(a.new for a in added), "there_before": sum(not a.new for a in added)} for slug, added in sheets.items()},
        "items": [_item_json(item) for item in imported.report],
    }


def _item_json(item: Item) -> dict[str, Any]:
    lang = terminal_lang()
    place: dict[str, Any] = {"line": item.line} | ({"element": item.element} if item.element else {})
    out = place | {"name": item.name, "outcome": item.outcome, "type": item.kind or None, "id": item.question.id if item.question else None}
    if item.category:
        out["category"] = item.category
    if item.reasons:
        out["reason"] = "; ".join(reason.in_(lang) for reason in item.reasons)
        out["reasons"] = [{"zh": reason.zh, "en": reason.en} for reason in item.reasons]
    return out


def _loss_json(loss: Loss) -> dict[str, Any]:
    reasons = [{"zh": reason.zh, "en": reason.en} for reason in loss.reasons]
    return {"id": loss.id or None, "left_out": loss.left_out, "reasons": reasons}


def _tell(found: Format | None, imported: Imported, sheets: Mapping[str, list[Added]], *, dry_run: bool) -> None:
    lang = terminal_lang()
    if found is not None:
        click.echo(click.style(found.label.in_(lang), bold=True))
    counts = "  ".join(f"{kind} {n}" for kind, n in sorted(imported.by_type.items()))
    total = len(imported.questions)
    would, did = Text(f"能收 {total} 题", f"Questions that can be taken in: {total}"), Text(f"收了 {total} 题", f"Questions taken in: {total}")
    click.echo((would if dry_run else did).in_(lang) + (Text(f"（{counts}）", f" ({counts})").in_(lang) if counts else ""))
    for slug, added in sheets.items():
        new, before = sum(a.new for a in added), sum(not a.new for a in added)
        click.echo(f"  → {slug}: " + Text(f"新的 {new}，早就有的 {before}", f"new {new}, there before {before}").in_(lang))
    _list(Text("改了", "Changed"), [_line(item, lang) for item in imported.report if item.outcome == "changed"])
    _list(Text("没收", "Refused"), [_line(item, lang) for item in imported.refused], fg="red")


def _line(item: Item, lang: Lang) -> str:
    where = Text(f"第 {item.line} 行", f"line {item.line}").in_(lang) if item.line else item.element
    return " ".join(part for part in (where, item.name) if part) + ": " + "; ".join(reason.in_(lang) for reason in item.reasons)


def _tell_losses(losses: Iterable[Loss], said: Text) -> None:
    lang = terminal_lang()
    click.echo(said.in_(lang))
    everything = Text("全部", "all").in_(lang)
    lines = [(x.left_out, f"{x.id or everything}: " + "; ".join(r.in_(lang) for r in x.reasons)) for x in losses]
    _list(Text("整题没写进去", "Left out"), [line for left_out, line in lines if left_out], fg="red")
    _list(Text("没带走的", "Not carried"), [line for left_out, line in lines if not left_out])


def _list(title: Text, lines: list[str], fg: str = "yellow") -> None:
    """On standard error; the first ones, then how many more."""
    if not lines:
        return
    lang = terminal_lang()
    click.echo(click.style(f"{title.in_(lang)} ({len(lines)})", fg=fg), err=True)
    for line in lines[:SOME]:
        click.echo(f"  {line}", err=True)
    if (more := len(lines) - SOME) > 0:
        click.echo(Text(f"  ……还有 {more} 条，用 --json 看全部", f"  … and {more} more; --json shows all").in_(lang), err=True)
