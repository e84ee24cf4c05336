"""The plugins' own files in a content pack. A part that raises costs itself, and is named among the problems."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import PackPart, PackReport, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

log = structlog.get_logger(__name__)
T = TypeVar("T")


def check_parts(parts: Iterable[PackPart], root: Path) -> list[Problem]:
    """What is wrong with the files of every part."""
    return [problem for part in parts for problem in _guarded(part, part.check, root, lambda failed: [failed])]


def take_in_parts(parts: Iterable[PackPart], root: Path, report: PackReport) -> None:
    """Take in the files of every part; what they did is added to ``report``."""
    for part in parts:
        report.add(_guarded(part, part.take_in, root, lambda failed: PackReport(problems=[failed])))


def write_parts(parts: Iterable[PackPart], target: Path) -> PackReport:
    """Write the files of every part; how many are ``unchanged`` in the report, and who failed."""
    report = PackReport()
    for part in parts:
        report.add(_guarded(part, partial(_written, part), target, lambda failed: PackReport(problems=[failed])))
    return report


def _written(part: PackPart, target: Path) -> PackReport:
    return PackReport(unchanged=part.write(target))


def _guarded(part: PackPart, work: Callable[[Path], T], path: Path, otherwise: Callable[[Problem], T]) -> T:
    try:
        return work(path)
    except (Exception, SystemExit) as error:
        log.exception("plugin.pack_part_failed", part=part.name)
        words = f"{type(error).__name__}: {error}"[:200]
        return otherwise(Problem(part.name, 0, Text(f"插件“{part.name}”这部分没做成：{words}", f"the part of plugin “{part.name}” failed: {words}")))
