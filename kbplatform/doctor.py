"""``kbplatform doctor``: each part in turn, and what to do about it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import click

from kbplatform.bilingual import Text, terminal_lang
from kbplatform.errors import KbError
from kbplatform.plugin.contributions import HealthCheck

if TYPE_CHECKING:
    from pathlib import Path

    from kbplatform.invocation import Invocation
    from kbplatform.settings import Settings

LOW_DISK_BYTES = 500_000_000
_FREE_SPACE = Text("请腾出空间：写满后就不能保存了。", "Free some space: when it is full nothing can be saved.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check settings, data directory, disk, database, content, index and plugins; exit 1 on an error."""
    checks = _checks(ctx.obj)
    lang = terminal_lang()
    if as_json:
        rows = [{"name": c.name, "state": c.state, "message": c.message.in_(lang), "remedy": c.remedy.in_(lang)} for c in checks]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for c in checks:
            sign, colour = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}[c.state]
            click.echo(f"{click.style(sign, fg=colour, bold=True)} {c.name:12} {c.message.in_(lang)}")
            if c.state != "ok" and c.remedy:
                click.echo(f"    → {c.remedy.in_(lang)}")
    if any(c.state == "error" for c in checks):
        raise SystemExit(1)


def _checks(invocation: Invocation) -> list[HealthCheck]:
    try:
        settings = invocation.settings()
    except KbError as error:
        return [HealthCheck("settings", "error", error.message, error.remedy)]
    found = [HealthCheck("settings", "ok", Text("读得通", "can be read"))]
    try:
        platform = invocation.platform(log_level="error")
    except KbError as error:
        return [*found, HealthCheck("platform", "error", error.message, error.remedy)]
    found.append(_disk(settings))
    found.append(_content(platform.content))
    found += platform.health()
    platform.close()
    return found


def _disk(settings: Settings) -> HealthCheck:
    free = shutil.disk_usage(settings.data_dir).free
    words = Text(f"{settings.data_dir} 所在盘剩 {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB free where {settings.data_dir} is")
    if free < LOW_DISK_BYTES:
        return HealthCheck("disk", "warning", words, _FREE_SPACE)
    return HealthCheck("disk", "ok", words)


def _content(root: Path) -> HealthCheck:
    from kbplatform.articles.packs import read_pack  # noqa: PLC0415 - slow import, only here

    try:
        pack = read_pack(root)
    except KbError as error:
        return HealthCheck("content", "error", error.message, error.remedy)
    if pack.problems:
        first = pack.problems[0]
        return HealthCheck(
            "content",
            "warning",
            Text(
                f"{len(pack.problems)} 个文件读不了：{first.path}:{first.line}",
                f"{len(pack.problems)} file(s) can't be read: {first.path}:{first.line}",
            ),
            Text("运行 kbplatform content check 看全部。", "Run `kbplatform content check` to see them all."),
        )
    return HealthCheck("content", "ok", Text(f"{len(pack.documents)} 篇", f"{len(pack.documents)} texts"))
