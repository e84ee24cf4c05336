"""``kbplatform calc ID --name value …``."""

from __future__ import annotations

import json

import click

from kbplatform.sdk import Text, terminal_lang
from kbplatform_calculators.registry import registry_of
from kbplatform_calculators.running import run


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("calculator_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def calc(ctx: click.Context, calculator_id: str | None, as_json: bool) -> None:
    """Calculate a figure: kbplatform calc resolution_rate --received 20 --resolved 15.

    Without an id, lists the calculators and their inputs.
    """
    if calculator_id == "day":
        from kbplatform_calculators.planner_command import day  # noqa: PLC0415 - needed by this one command only

        rest = [*ctx.args, *(["--json"] if as_json else [])]
        day.main(args=rest, prog_name="kbplatform calc day", standalone_mode=False)
        return
    lang = terminal_lang()
    registry = registry_of(ctx.obj.services())
    if calculator_id is None:
        for c in registry.calculators.values():
            click.echo(f"{c.id}  {c.title.in_(lang)}  " + " ".join(f"--{i.name}" for i in c.ways[0].inputs))
        return
    result = run(registry.get(calculator_id), _pairs(ctx.args))
    if as_json:
        out = {"outputs": dict(result.outputs), "explanation": result.explanation.in_(lang), "warnings": [w.in_(lang) for w in result.warnings]}
        click.echo(json.dumps(out, ensure_ascii=False))
        return
    click.echo(result.explanation.in_(lang))
    for warning in result.warnings:
        click.echo(f"  · {warning.in_(lang)}")


def _pairs(arguments: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("--"):
            words = Text(f"{argument!r}：输入要写成 --名称 值", f"{argument!r}: write inputs as --name value")
            raise click.UsageError(words.in_(terminal_lang()))
        name, equals, value = argument[2:].partition("=")
        values[name] = value if equals else next(rest, "")
    return values
