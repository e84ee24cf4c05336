"""The command line. Heavy imports stay inside the commands: ``--help`` answers at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from kbplatform import __version__
from kbplatform.bilingual import Text, terminal_lang
from kbplatform.invocation import Invocation

if TYPE_CHECKING:
    from pathlib import Path

    from kbplatform.app import Platform
    from kbplatform.plugin.contributions import Command
    from kbplatform.plugin.services import Services
    from kbplatform.settings import Settings

_COMMANDS: dict[str, tuple[Text, str]] = {
    "serve": (Text("打开站点：建库、导入内容、建索引、开始服务", "Serve the site: database, content, index, then pages"), "kbplatform.serving:serve"),
    "search": (Text("在终端里搜", "Search from the terminal"), "kbplatform.search.commands:search"),
    "content": (Text("内容包：导入、导出、检查", "Content packs: sync, export, check"), "kbplatform.articles.commands:content"),
    "site": (Text("站点事实：限额、时限、联系人", "Site facts: limits, times, contacts"), "kbplatform.articles.commands:site"),
    "glossary": (Text("术语表：检查、查一条", "The glossary: check, show a term"), "kbplatform.glossary.commands:glossary"),
    "index": (Text("搜索索引：重建、运行索引进程", "The search index: rebuild, run the indexer"), "kbplatform.search.commands:index"),
    "gaps": (Text("内容缺口：大家求助过的问题", "Content gaps: what people asked for"), "kbplatform.insights.commands:gaps"),
    "proposal": (Text("修改提议：列出、采纳、不采纳", "Proposed changes: list, accept, decline"), "kbplatform.proposals.commands:proposal"),
    "user": (Text("人员：新建、邀请、停用、重设", "People: create, invite, disable, reset"), "kbplatform.accounts.commands:user"),
    "plugin": (Text("插件：列出", "Plugins: list"), "kbplatform.plugin.commands:plugin"),
    "doctor": (Text("逐项检查，并说怎么办", "Check each part and say what to do"), "kbplatform.doctor:doctor"),
}
_DATA_DIR = Text("数据目录（默认 ./.kbplatform 或 KBPLATFORM_DATA_DIR）", "Data directory (default ./.kbplatform or KBPLATFORM_DATA_DIR)")


class _Root(click.Group):
    """Finds a command's code when it is run, and plugin commands when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*_COMMANDS, *sorted(self._of_plugins())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name in _COMMANDS:
            return _Lazy(name, *_COMMANDS[name])
        command = self._of_plugins().get(name)
        return _Lazy(name, command.help, command.target) if command else None

    def _of_plugins(self) -> dict[str, Command]:
        from kbplatform.plugin.calls import Calls  # noqa: PLC0415 - only where plugin commands matter
        from kbplatform.plugin.loader import load_plugins  # noqa: PLC0415 - as above
        from kbplatform.settings import load_settings  # noqa: PLC0415 - as above

        found: list[Command] = Calls(load_plugins(disabled=load_settings().disabled_plugins)).all("register_commands")
        return {c.name: c for c in found if c.name not in _COMMANDS}


class _Lazy(click.Command):
    """A command known by name and help until it is used."""

    def __init__(self, name: str, words: Text, target: str) -> None:
        super().__init__(name, help=words.in_(terminal_lang()))
        self._target = target

    def _real(self) -> click.Command:
        module, _, attribute = self._target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def make_context(  # click's signature
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any  # noqa: ANN401 - as click has it
    ) -> click.Context:
        return self._real().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        return ctx.command.invoke(ctx)


@click.command(cls=_Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kbplatform")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False),
    help=_DATA_DIR.in_(terminal_lang()),
)
@click.pass_context
def root(ctx: click.Context, data_dir: Path | None) -> None:
    """Knowledge base and training platform for customer-service teams."""
    ctx.obj = Invocation(_open, {"data_dir": data_dir} if data_dir else {}, _bundled, _services)


def _open(settings: Settings) -> Platform:
    from kbplatform.app import make_platform  # noqa: PLC0415 - slow import, only where a command needs the platform

    return make_platform(settings)


def _services(settings: Settings) -> Services:
    from kbplatform.plugin.services import services_without_platform  # noqa: PLC0415 - only where a command asks plugins

    return services_without_platform(settings)


def _bundled() -> Path:
    from kbplatform.articles.content_root import bundled_content  # noqa: PLC0415 - only where a command reads content

    return bundled_content()


def main() -> None:
    """Entry point: errors meant for people are printed as such, without a traceback."""
    from kbplatform.errors import KbError  # noqa: PLC0415 - keeps the import beside its use

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        root()
    except KbError as error:
        lang = terminal_lang()
        click.echo(click.style(f"✗ {error.message.in_(lang)}", fg="red"), err=True)
        if error.remedy:
            click.echo(f"  {error.remedy.in_(lang)}", err=True)
        for problem in getattr(error, "fields", ()):
            click.echo(f"  --{problem.field}: {problem.message.in_(lang)}", err=True)
        raise SystemExit(1) from None


__all__ = ["main", "root"]
