"""``kbplatform plugin list``."""

from __future__ import annotations

import json

import click

from kbplatform.bilingual import Text, terminal_lang


@click.group()
def plugin() -> None:
    """Plugins."""


@plugin.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Every installed plugin, loaded or not, with its hooks and errors."""
    from kbplatform.plugin.loader import load_plugins  # noqa: PLC0415 - slow import, only for this command

    records = load_plugins(disabled=ctx.obj.settings().disabled_plugins).records
    if as_json:
        rows = [
            {"name": r.name, "state": r.state, "distribution": r.distribution, "version": r.version, "hooks": r.hooks, "error": r.error}
            for r in records
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not records:
        click.echo(Text("没有装插件。", "No plugins are installed.").in_(terminal_lang()))
    words = {"loaded": Text("已装上", "loaded"), "disabled": Text("已停用", "disabled"), "failed": Text("没装上", "failed")}
    for r in records:
        colour = {"loaded": "green", "disabled": "yellow", "failed": "red"}[r.state]
        click.echo(f"{r.name:16} {click.style(words[r.state].in_(terminal_lang()), fg=colour)}  {r.distribution} {r.version}  {', '.join(r.hooks)}")
        if r.error:
            click.echo(f"    {r.error}")
