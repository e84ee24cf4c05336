"""``kbplatform glossary check|show``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kbplatform.bilingual import Text, terminal_lang

if TYPE_CHECKING:
    from kbplatform.glossary.terms import Concept


@click.group()
def glossary() -> None:
    """The glossary: what terms are called and what they mean."""


@glossary.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """Name every fault with file and line. Without FILES: the glossary in use, the site's own over the bundled one."""
    from kbplatform.glossary.checks import check_glossary  # noqa: PLC0415 - slow import, only for this command

    lang = terminal_lang()
    for path in files:
        if not path.is_file():
            raise click.UsageError(Text(f"没有这个文件：{path}", f"no such file: {path}").in_(lang))
    paths = files or _in_use(ctx)
    faults = check_glossary(paths)
    errors = sum(f.level == "error" for f in faults)
    warnings = len(faults) - errors
    if as_json:
        rows = [{"path": f.path, "line": f.line, "level": f.level, "message": f.message.in_(lang)} for f in faults]
        read_files = [str(p) for p in paths if p.is_file()]
        click.echo(json.dumps({"files": read_files, "errors": errors, "warnings": warnings, "problems": rows}, ensure_ascii=False))
    else:
        for f in faults:
            place = click.style(f"{f.path}:{f.line}", fg="red" if f.level == "error" else "yellow")
            click.echo(f"{place}: {f.message.in_(lang)}", err=True)
        read = ", ".join(str(p) for p in paths if p.is_file()) or "—"
        click.echo(Text(f"{read}：{errors} 处错误，{warnings} 处提醒", f"{read}: {errors} errors, {warnings} warnings").in_(lang))
    if errors or (strict and warnings):
        raise SystemExit(1)


@glossary.command()
@click.argument("term")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def show(ctx: click.Context, term: str, as_json: bool) -> None:
    """Show TERM, by any of its names, abbreviations, synonyms or its id: kbplatform glossary show AHT."""
    from kbplatform.errors import NotFound  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.glossary.api import as_json as to_json  # noqa: PLC0415 - as above
    from kbplatform.glossary.checks import normal  # noqa: PLC0415 - as above
    from kbplatform.glossary.terms import load_glossary, named  # noqa: PLC0415 - as above

    found = named(load_glossary(ctx.obj.content(), ctx.obj.settings().data_dir), term, normal)
    if not found:
        raise NotFound(
            Text(f"术语表里没有“{term}”", f"the glossary has no “{term}”"),
            remedy=Text(f"搜一下：kbplatform search {term}", f"Search for it: kbplatform search {term}"),
        )
    if as_json:
        click.echo(json.dumps([to_json(c).model_dump() for c in found], ensure_ascii=False, indent=1))
        return
    for concept in found:
        _print(concept)


def _print(c: Concept) -> None:
    lang = terminal_lang()
    click.echo(" · ".join((click.style(c.zh, bold=True), c.en, *c.abbr)))
    if c.means:
        click.echo("  " + c.means.in_(lang))
    if c.also:
        click.echo("  " + Text("也叫：", "also: ").in_(lang) + Text("、", ", ").in_(lang).join(c.also))
    if c.near:
        click.echo("  " + Text("相近：", "near: ").in_(lang) + ", ".join(c.near))


def _in_use(ctx: click.Context) -> tuple[Path, ...]:
    """The files a site started with these settings would read."""
    from kbplatform.glossary.terms import glossary_files  # noqa: PLC0415 - slow import, only where content is needed

    return glossary_files(ctx.obj.content(), ctx.obj.settings().data_dir)


__all__ = ["glossary"]
