"""``kbplatform calc``: lists, descriptions that can be copied, tables, files, and errors that name the option."""

from __future__ import annotations

import json
import shlex

import pytest
from click.testing import CliRunner

from kbplatform.cli import root
from kbplatform.errors import InvalidInput
from kbplatform_calculators.definitions import SOUND
from kbplatform_calculators.described import as_command, kind_of
from kbplatform_calculators.registry import same

CALCULATORS = {c.id: c for c in SOUND}


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("KBPLATFORM_LANG", "en")


def calc(*arguments, **more):
    return CliRunner().invoke(root, ["calc", *arguments], **more)


def wrong(*arguments):
    """The options that are wrong."""
    result = calc(*arguments)
    assert isinstance(result.exception, InvalidInput), result.output
    return [f.field for f in result.exception.fields]


def test_the_list_stands_under_its_questions(monkeypatch):
    assert calc().output.startswith("Are we doing it well?\n  resolution_rate  Resolution rate  --received --resolved\n")
    monkeypatch.setenv("KBPLATFORM_LANG", "zh")
    assert calc().output.startswith("做得好不好？\n  resolution_rate  解决率")
    assert json.loads(calc("--json").output)[0]["id"] == "resolution_rate"


@pytest.mark.parametrize("calculator", CALCULATORS.values(), ids=CALCULATORS)
def test_the_example_of_each_description_can_be_copied(calculator):
    described = calc(calculator.id).output
    for way in calculator.ways:
        for field in way.inputs:
            assert f"--{field.name}  {field.label.en}" in described
            assert kind_of(field, "en") in described
            assert kind_of(field, "zh")
        if way.examples:
            command = as_command(calculator, way, way.examples[0])
            assert f"$ {command}" in described
            outputs = json.loads(calc(*shlex.split(command)[2:], "--json").output)["outputs"]
            assert all(same(outputs[n], v, way.examples[0].places) for n, v in way.examples[0].expected.items())


def test_help_of_an_id_is_its_description():
    assert calc("fcr", "--help").output == calc("fcr").output
    assert "--batch FILE" in calc("--help").output


def test_help_names_the_day_and_the_reference_and_asking_for_help_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = calc("--help").output
    assert "kbplatform calc day" in told
    assert "kbplatform calc reference DIR" in told
    for args in (("reference",), ("reference", "--help")):
        assert calc(*args).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_errors_name_the_option():
    assert wrong("resolution_rate", "--received", "20") == ["resolved"]
    assert wrong("resolution_rate", "--received", "-5", "--resolved", "1") == ["received"]
    assert wrong("resolution_rate", "--received") == ["received"]
    assert wrong("resolution_rate", "--received", "1", "--received", "2", "--resolved", "1") == ["received"]
    assert wrong("resolution_rate", "--nonsense", "1", "--received", "1", "--resolved", "1") == ["nonsense"]
    assert wrong("resolution_rate", "--received", "@/no/such/file", "--resolved", "1") == ["received"]
    assert wrong("resolution_rate", "--received", "[1", "--resolved", "1") == ["received"]
    assert wrong("fcr", "--way", "none") == ["way"]
    assert wrong("resolution_rate", "--batch", "/no/such/file") == ["batch"]
    assert wrong("resolution_rate", "twenty") == []


def test_a_value_may_stand_in_a_file(tmp_path):
    file = tmp_path / "n.txt"
    file.write_text("20\n", "utf-8")
    assert json.loads(calc("resolution_rate", "--received", f"@{file}", "--resolved=15", "--json").output)["outputs"]["rate"] == 0.75


def test_a_file_is_worked_out_and_a_wrong_row_makes_it_end_with_one(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes("收到,其中已解决,班次\n20,15,早\n".encode("gb18030"))
    done = calc("resolution_rate", "--batch", str(source), "--out", str(out))
    assert done.exit_code == 0
    assert "Rows worked out: 1; not: 0" in done.stderr
    assert out.read_text("utf-8-sig").splitlines()[1].startswith("20,15,早,0.75,")
    source.write_text("received,resolved\n20,15\n1,2\n", "utf-8")
    failed = calc("resolution_rate", "--batch", "-", input=source.read_bytes())
    assert failed.exit_code == 1
    assert "Line 3: Of these, resolved: Can't be more" in failed.stderr
    assert failed.stdout.splitlines()[1].startswith("20,15,0.75,")
    assert wrong("resolution_rate", "--batch", str(source), "--out", str(tmp_path)) == ["out"]
