"""``kbplatform content …`` and ``kbplatform site …``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kbplatform.bilingual import Text, terminal_lang

if TYPE_CHECKING:
    from datetime import datetime

    from kbplatform.db import Database
    from kbplatform.plugin.contributions import PackReport, Problem

_FOLDER = click.Path(path_type=Path)


def _say(zh: str, en: str, *, err: bool = False) -> None:
    click.echo(Text(zh, en).in_(terminal_lang()), err=err)


@click.group()
def content() -> None:
    """Content packs: folders of Markdown that come in and go out."""


@content.command()
@click.argument("path", required=False, type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def sync(ctx: click.Context, path: Path | None, as_json: bool) -> None:
    """Take a pack in (the bundled one by default). Doing it twice changes nothing."""
    from kbplatform.articles.packs import read_pack  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.articles.sync import sync_pack  # noqa: PLC0415 - as above
    from kbplatform.plugin.pack_parts import take_in_parts  # noqa: PLC0415 - as above

    platform = ctx.obj.platform()
    pack = read_pack(path or platform.content)
    with click.progressbar(length=len(pack.documents), label=Text("导入", "sync").in_(terminal_lang()), hidden=as_json) as bar:
        report = sync_pack(platform.db, pack, lambda done, _total: bar.update(done - bar.pos))
    take_in_parts(platform.pack_parts(), pack.root, report)
    platform.close()
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        _print_report(report)
    if report.problems:
        raise SystemExit(1)


def _as_json(report: PackReport) -> dict[str, object]:
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "conflicts": report.conflicts,
        "problems": [{"path": p.path, "line": p.line, "message": p.message.in_(terminal_lang())} for p in report.problems],
    }


def _print_report(report: PackReport) -> None:
    _say(
        f"新增 {len(report.added)}，改动 {len(report.changed)}，未变 {report.unchanged}，冲突 {len(report.conflicts)}，有问题 {len(report.problems)}",
        f"{len(report.added)} added, {len(report.changed)} changed, {report.unchanged} unchanged, {len(report.conflicts)} in conflict, "
        f"{len(report.problems)} with problems",
    )
    for path in report.conflicts:
        _say(
            f"  冲突 {path}：站点上有人改过，两份都留着，到 /proposals/conflicts 选",
            f"  conflict {path}: edited on the site since; both texts are kept, choose at /proposals/conflicts",
            err=True,
        )
    _print_problems(report.problems)


def _print_problems(problems: list[Problem]) -> None:
    lang = terminal_lang()
    for p in problems:
        colour = "red" if p.level == "error" else "yellow"
        click.echo(f"{click.style(f'{p.path}:{p.line}', fg=colour)}: {p.message.in_(lang)}", err=True)


@content.command()
@click.argument("path", type=_FOLDER)
@click.pass_context
def export(ctx: click.Context, path: Path) -> None:
    """Write every current text as a pack into PATH, a new folder."""
    from kbplatform.articles.packs import export_pack  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.plugin.pack_parts import write_parts  # noqa: PLC0415 - as above

    platform = ctx.obj.platform()
    n = export_pack(platform.db, path, platform.content)
    report = write_parts(platform.pack_parts(), path)
    platform.close()
    _say(f"写出 {n + report.unchanged} 个文件到 {path}", f"{n + report.unchanged} files written to {path}")
    _print_problems(report.problems)
    if report.problems:
        raise SystemExit(1)


@content.command()
@click.argument("path", required=False, type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.pass_context
def check(ctx: click.Context, path: Path | None, as_json: bool, strict: bool) -> None:
    """Check a pack: front matter, structure, links, languages, aliases, call face."""
    from kbplatform.articles.checks import check_pack  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.articles.content_root import bundled_content  # noqa: PLC0415 - as above
    from kbplatform.articles.packs import read_pack  # noqa: PLC0415 - as above
    from kbplatform.plugin.pack_parts import check_parts  # noqa: PLC0415 - as above

    settings, services = ctx.obj.settings(), ctx.obj.services()
    schemes = {s.name for s in services.registered("register_link_schemes")}
    embeds = {e.name: e.check for e in services.registered("register_embeds")}
    pack = read_pack(path or settings.content_dir or bundled_content())
    problems = check_pack(pack, schemes, embeds) + check_parts(services.registered("register_pack_parts"), pack.root)
    errors = sum(p.level == "error" for p in problems)
    warnings = len(problems) - errors
    if as_json:
        rows = [{"path": p.path, "line": p.line, "level": p.level, "message": p.message.in_(terminal_lang())} for p in problems]
        click.echo(json.dumps({"files": len(pack.documents), "errors": errors, "warnings": warnings, "problems": rows}, ensure_ascii=False))
    else:
        _print_problems(problems)
        _say(f"{len(pack.documents)} 篇，{errors} 处错误，{warnings} 处提醒", f"{len(pack.documents)} texts, {errors} errors, {warnings} warnings")
    if errors or (strict and warnings):
        raise SystemExit(1)


@content.command()
@click.argument("slug")
@click.argument("who", metavar="everyone|signed-in|team:KEY")
@click.pass_context
def audience(ctx: click.Context, slug: str, who: str) -> None:
    """Say who may read an article. A pack no longer changes what is set here."""
    from kbplatform.articles.audience import set_audience  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    db, _root = _open(ctx)
    set_audience(db, CLI, slug, who)
    _say(f"{slug}：{who}", f"{slug}: {who}")


@click.group()
def site() -> None:
    """Site facts: what only this site knows. Articles name them as {{site:key}}."""


@site.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Every fact with its value in each language."""
    from kbplatform.articles.sitefacts import SiteFactService, declared_facts  # noqa: PLC0415 - slow import, only for this command

    db, root = _open(ctx)
    rows = SiteFactService(db, declared_facts(root)).rows()
    lang = terminal_lang()
    if as_json:
        out = [
            {"key": r.key, "label": r.label.in_(lang), "values": r.values, "owner": r.owner, "expires": str(r.expires_on) if r.expires_on else None}
            for r in rows
        ]
        click.echo(json.dumps(out, ensure_ascii=False, indent=1))
        return
    for r in rows:
        value = " | ".join(r.values.get(code, "—") for code in ("zh", "en"))
        until = f"  → {r.expires_on}" if r.expires_on else ""
        click.echo(f"{r.key:24} {click.style(value, fg='green' if r.values else 'yellow')}{until}  {r.label.in_(lang)}")


@site.command("set")
@click.argument("key")
@click.option("--zh", help="Value in Chinese.")
@click.option("--en", help="Value in English.")
@click.option("--owner", default="", help="Who answers for it.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day it holds, YYYY-MM-DD.")
@click.pass_context
def set_(ctx: click.Context, key: str, zh: str | None, en: str | None, owner: str, expires: datetime | None) -> None:
    """Set a fact: kbplatform site set refund_limit --zh 200元 --en "CNY 200" --owner lead --expires 2027-06-30."""
    from kbplatform.articles.sitefacts import SiteFactService, declared_facts  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.errors import InvalidInput  # noqa: PLC0415 - as above

    values = {lang: value for lang, value in (("zh", zh), ("en", en)) if value is not None}
    if not values:
        raise InvalidInput(Text("请给出 --zh 或 --en 的值", "Give a value with --zh or --en"))
    db, root = _open(ctx)
    until: date | None = expires.date() if expires else None
    SiteFactService(db, declared_facts(root)).set(key, values, owner=owner, expires_on=until)
    _say(f"{key} 已设好", f"{key} is set")


@site.command("unset")
@click.argument("key")
@click.pass_context
def unset(ctx: click.Context, key: str) -> None:
    """Remove a fact's value."""
    from kbplatform.articles.sitefacts import SiteFactService, declared_facts  # noqa: PLC0415 - slow import, only for this command

    db, root = _open(ctx)
    if SiteFactService(db, declared_facts(root)).unset(key):
        _say(f"{key} 已清空", f"{key} is unset")
    else:
        _say(f"{key} 本来就没有值", f"{key} had no value")


def _open(ctx: click.Context) -> tuple[Database, Path]:
    """The database, up to date, and the content folder."""
    from kbplatform.articles.content_root import bundled_content  # noqa: PLC0415 - slow import, only where a database is needed
    from kbplatform.db import Database  # noqa: PLC0415 - as above
    from kbplatform.db.migrate import CORE, upgrade  # noqa: PLC0415 - as above
    from kbplatform.logs import configure_logs  # noqa: PLC0415 - as above

    settings = ctx.obj.settings()
    configure_logs("warning", settings.log_format)
    db = Database(settings.resolved_database_url)
    db.check()
    upgrade(db, [CORE])
    return db, settings.content_dir or bundled_content()
