"""A plugin's own files in a pack: reported with the articles' own, and contained."""

from __future__ import annotations

import sys

import pytest

from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import PackPart, PackReport, Problem
from kbplatform.plugin.pack_parts import check_parts, take_in_parts, write_parts


def explode(_path):
    raise RuntimeError("no files today")


GOOD = PackPart("good", lambda _r: [Problem("a", 1, Text("坏", "bad"))], lambda _r: PackReport(added=["a"], unchanged=2), lambda _t: 3)


def named(problems):
    return [(p.path, p.line, p.message.en) for p in problems]


@pytest.mark.parametrize(("bad", "words"), [(explode, "RuntimeError: no files today"), (lambda _p: sys.exit(3), "SystemExit: 3")])
def test_a_part_that_raises_is_named_and_the_others_do_their_work(tmp_path, bad, words):
    parts = [PackPart("bad", bad, bad, bad), GOOD]
    failed = ("bad", 0, f"the part of plugin “bad” failed: {words}")
    assert named(check_parts(parts, tmp_path)) == [failed, ("a", 1, "bad")]
    report = PackReport(added=["article"])
    take_in_parts(parts, tmp_path, report)
    assert (report.added, report.unchanged, named(report.problems)) == (["article", "a"], 2, [failed])
    written = write_parts(parts, tmp_path)
    assert (written.unchanged, named(written.problems)) == (3, [failed])
