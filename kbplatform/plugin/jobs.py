"""Work that plugins do again and again, in the one process that keeps the index: never in a request's way, nor in the index's."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbplatform.plugin.contributions import Job

log = structlog.get_logger(__name__)
_END_S = 3.0
"""How long the end of the process waits for jobs that are asked to stop."""


class Jobs:
    """Runs each job in a thread of its own: soon after the start, then when ``every`` has gone by since it last began and it is done.

    One that raises is logged and runs again when it is due; one that hangs costs only itself.
    """

    def __init__(self, jobs: Sequence[tuple[str, Job]]) -> None:
        """``jobs`` are pairs of a plugin's name and its job."""
        self._jobs = tuple(jobs)
        self._due: dict[int, float] = {}
        self._running: dict[int, Thread] = {}
        self._stopping = Event()

    def run_due(self) -> None:
        """Begin what is due. Returns at once; called again and again by the process that is the one."""
        now = time.monotonic()
        for i, (plugin, job) in enumerate(self._jobs):
            running = self._running.get(i)
            if self._stopping.is_set() or now < self._due.get(i, now) or (running is not None and running.is_alive()):
                continue
            self._due[i] = now + job.every.total_seconds()
            self._running[i] = Thread(target=self._work, args=(plugin, job), daemon=True, name=f"job-{plugin}-{job.name}")
            self._running[i].start()

    def close(self, wait_s: float = _END_S) -> None:
        """Ask the jobs to stop, and wait a little for those that run."""
        self._stopping.set()
        until = time.monotonic() + wait_s
        for thread in self._running.values():
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, plugin: str, job: Job) -> None:
        try:
            job.work(self._stopping.is_set)
        except (Exception, SystemExit):
            log.exception("plugin.job_failed", plugin=plugin, job=job.name)
