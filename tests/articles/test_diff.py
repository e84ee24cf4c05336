"""What differs between two texts: words in English, characters in Chinese, nothing lost, and quick for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbplatform.articles.diff import Run, compare, sides


def shown(lines) -> list[str]:
    mark = {"same": "{}", "del": "[-{}-]", "ins": "[+{}+]"}
    return ["".join(mark[r.kind].format(r.text) for r in runs) for runs in lines]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("Call back today.", "Call back tomorrow.", ["Call back [-today-][+tomorrow+]."]),
        ("当天回电话", "两天内回电话", ["[-当天-][+两天内+]回电话"]),
        ("a\nb", "a\nnew\nb", ["a", "[+new+]", "b"]),
        ("a\ngone\nb", "a\nb", ["a", "[-gone-]", "b"]),
        ("same", "same", ["same"]),
        ("", "x", ["[+x+]"]),
    ],
)
def test_what_is_shown(before, after, lines):
    assert shown(compare(before, after)) == lines


@given(st.text("ab 投诉处理。\n", max_size=60), st.text("ab 投诉处理。\n", max_size=60))
def test_both_texts_can_be_read_from_what_is_shown(before, after):
    runs = [run for line in compare(before, after) for run in [*line, Run("same", "\n")]]
    old = "".join(r.text for r in runs if r.kind != "ins").replace("\n", "")
    new = "".join(r.text for r in runs if r.kind != "del").replace("\n", "")
    assert (old, new) == (before.replace("\n", ""), after.replace("\n", ""))


@pytest.mark.parametrize("unit", ["a", "投", "a\n", "ab ", "投\n诉"])
def test_long_texts_of_one_kind_come_out_whole(unit, record_property):
    before, after = unit * (20_000 // len(unit)), (unit * 3 + "x") * (20_000 // (len(unit) * 3 + 1))
    start = time.perf_counter()
    lines = compare(before, after)
    record_property("figure", f"diff of two texts of 20,000 characters made of {unit!r}: {time.perf_counter() - start:.2f} s")
    assert "".join(r.text for line in lines for r in line if r.kind != "ins").replace("\n", "") == before.replace("\n", "")


def test_each_text_stands_by_itself_with_its_own_lines_and_what_the_other_lacks_marked():
    left, right = sides("1. Listen.\n2. Write.\n\nEnd.", "1. Hear them.\n\nThe end.")
    assert ["".join(run.text for run in runs) for runs in left] == ["1. Listen.", "2. Write.", "", "End."]
    assert ["".join(run.text for run in runs) for runs in right] == ["1. Hear them.", "", "The end."]
    assert {run.kind for runs in left for run in runs} == {"same", "del"}
    assert {run.kind for runs in right for run in runs} == {"same", "ins"}


@given(st.text("甲乙a \n", max_size=40), st.text("甲乙a \n", max_size=40))
def test_both_sides_give_back_the_texts(before, after):
    assert tuple("\n".join("".join(run.text for run in runs) for runs in side) for side in sides(before, after)) == (before, after)
