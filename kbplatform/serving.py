"""``kbplatform serve``: from an empty folder to a running site, in one process and its indexer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import structlog

from kbplatform import collector
from kbplatform.bilingual import Text, terminal_lang
from kbplatform.errors import KbError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from kbplatform.app import Platform
    from kbplatform.settings import Settings

log = structlog.get_logger(__name__)

BACKLOG = 512
"""Connections that may wait; beyond it the system refuses, instead of letting everybody wait."""
INDEX_WAIT_S = 30.0
RESTART_S = 1.0


@click.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port (default 8000).")
@click.option("--data-dir", type=click.Path(file_okay=False), help="Data directory.")
@click.option("--no-sync", is_flag=True, help="Don't take the bundled content in at start.")
@click.option("--demo", is_flag=True, help="Put in samples of what people would write, marked as samples.")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None, data_dir: str | None, no_sync: bool, demo: bool) -> None:
    """Serve the site: creates and upgrades the database, syncs the content, builds the index, then answers."""
    from waitress.server import create_server  # noqa: PLC0415 - only this command serves

    from kbplatform.app import create_app, platform_of  # noqa: PLC0415 - slow import, only for this command

    settings = ctx.obj.settings(host=host, port=port, data_dir=data_dir)
    _require_free_port(settings)
    app = create_app(settings)
    platform = platform_of(app)
    if not no_sync:
        sync_content(platform)
    if demo:
        for answer in platform.calls.each("load_samples", services=platform.services):
            log.info("serve.samples", plugin=answer.plugin, added=answer.value)
    with _indexer_beside(platform):
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            backlog=BACKLOG,
            ident="kbplatform",
            clear_untrusted_proxy_headers=False,
            channel_timeout=60,
        )
        collector.settle()
        platform.search.when_renewed(collector.settle_again)
        _announce(platform)
        try:
            server.run()
        finally:
            server.close()
            platform.close()


def sync_content(platform: Platform) -> None:
    """Take the content pack in; what is wrong with it is logged by file and line, the rest is served."""
    from kbplatform.articles.packs import read_pack  # noqa: PLC0415 - slow import, only at start
    from kbplatform.articles.sync import rerender_outdated, sync_pack  # noqa: PLC0415 - as above
    from kbplatform.plugin.pack_parts import take_in_parts  # noqa: PLC0415 - as above

    try:
        report = sync_pack(platform.db, read_pack(platform.content))
    except KbError as error:
        log.warning("content.unreadable", message=error.message.en)
        return
    take_in_parts(platform.pack_parts(), platform.content, report)
    rerender_outdated(platform.db)
    for problem in report.problems:
        log.warning("content.problem", path=problem.path, line=problem.line, message=problem.message.en)
    for path in report.conflicts:
        log.warning("content.conflict", path=path)
    log.info("content.synced", added=len(report.added), changed=len(report.changed), unchanged=report.unchanged)


@contextmanager
def _indexer_beside(platform: Platform) -> Iterator[None]:
    """Keep the index in step in a child process: a commit there stalls no reader here, and its memory is its own."""
    if platform.settings.search_engine == "memory":
        platform.deliver_events()
        platform.indexer().rebuild()
        platform.search.warm_up()
        yield
        return
    child = _IndexerProcess(platform.settings)
    if not platform.indexer().wait_until_current(INDEX_WAIT_S):
        log.warning("index.not_ready", waited_s=INDEX_WAIT_S)
    platform.search.warm_up()
    try:
        yield
    finally:
        child.stop()


class _IndexerProcess:
    """``kbplatform index run`` as a child, started again when it dies."""

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | {f"KBPLATFORM_{k.upper()}": v for k, v in _inherited(settings).items()}
        self._stopping = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True, name="indexer-watch").start()

    def stop(self) -> None:
        """End it, kindly first."""
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kbplatform", "index", "run", "--parent", str(os.getpid())]
        return subprocess.Popen(command, env=self._environment)  # noqa: S603 - our own command

    def _watch(self) -> None:
        while True:
            code = self._process.wait()
            if self._stopping.wait(RESTART_S):
                return
            log.warning("indexer.restarted", exit_code=code)
            self._process = self._start()


def _inherited(settings: Settings) -> dict[str, str]:
    """What the child must see as this process does."""
    values = {"data_dir": str(settings.data_dir), "database_url": settings.database_url, "search_engine": settings.search_engine}
    values |= {"host": settings.host, "port": str(settings.port)}  # links in what its jobs send lead here
    if settings.content_dir:
        values["content_dir"] = str(settings.content_dir)
    return values


def _require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise StorageError(
                Text(
                    f"{settings.host}:{settings.port} 用不了：{error.strerror}",
                    f"Can't listen on {settings.host}:{settings.port}: {error.strerror}",
                ),
                remedy=Text(
                    f"换一个端口，例如 --port {settings.port + 1}，或先停掉占用它的程序。",
                    f"Use another port, for example --port {min(settings.port + 1, 65535)}, or stop the program that holds it.",
                ),
            ) from error


def _announce(platform: Platform) -> None:
    url = platform.settings.base_url
    lang = terminal_lang()
    click.echo(Text(f"打开 {url} ，按 Ctrl+C 停下。", f"Open {url} — Ctrl+C stops it.").in_(lang), err=True)
    owner_link = platform.accounts.owner_link()
    if owner_link:
        click.echo(
            Text(
                f"还没有账号。第一位所有者请打开（7 天内有效，只能用一次）：\n  {owner_link}",
                f"There are no accounts yet. The first owner opens (once, within 7 days):\n  {owner_link}",
            ).in_(lang),
            err=True,
        )
    if platform.accounts.read_access() != "everyone":
        click.echo(
            Text(
                "阅读只对登录的人开放。所有者可以在“站点”页里改，或设 KBPLATFORM_READ_ACCESS=everyone。",
                "Reading is for signed-in people. The owner can change that on the Site page, or set KBPLATFORM_READ_ACCESS=everyone.",
            ).in_(lang),
            err=True,
        )


def make_wsgi() -> Flask:
    """For another WSGI server: ``granian --interface wsgi kbplatform.serving:make_wsgi --factory``.

    Syncs the content like ``serve``; run ``kbplatform index run`` beside it.
    """
    from kbplatform.app import create_app, platform_of  # noqa: PLC0415 - slow import, only where it serves

    app = create_app()
    platform = platform_of(app)
    sync_content(platform)
    platform.search.warm_up()
    collector.settle()
    platform.search.when_renewed(collector.settle_again)
    return app
