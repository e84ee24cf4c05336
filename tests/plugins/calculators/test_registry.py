"""What every calculator of the registry keeps to, ours and those of the source alike, way by way."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from kbplatform.bilingual import LANGS, Text
from kbplatform.cli import root
from kbplatform.errors import InvalidInput
from kbplatform_calculators.definitions import ALL, SOUND
from kbplatform_calculators.inputs import Choice, Label, Matrix, Number, Record, Series, Table
from kbplatform_calculators.registry import same
from kbplatform_calculators.running import run

STANDARD = json.loads((Path(__file__).parent / "expected" / "standard.json").read_text("utf-8"))
BY_ID = {c.id: c for c in ALL}
CASES = [pytest.param(c, w, id=f"{c.id}{':' + w.name if w.name else ''}") for c in ALL for w in c.ways]
EXAMPLES = [pytest.param(c, w, e, id=f"{c.id}{':' + w.name if w.name else ''}-{n}") for c in ALL for w in c.ways for n, e in enumerate(w.examples)]
CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
every_way = pytest.mark.parametrize(("calculator", "way"), CASES)
every_example = pytest.mark.parametrize(("calculator", "way", "example"), EXAMPLES)
every_calculator = pytest.mark.parametrize("calculator", ALL, ids=lambda c: c.id)


def post(site, calculator, inputs, lang="zh"):
    return site.test_client().post(f"/api/v1/p/calculators/{calculator.id}/runs", json={"inputs": inputs}, headers={"Accept-Language": lang})


# Worked examples


@every_example
def test_a_worked_example_comes_out_by_run_and_by_api(kb_site, calculator, way, example):
    result = run(calculator, example.inputs)
    assert result.way is way
    told = post(kb_site, calculator, dict(example.inputs)).get_json()["outputs"]
    assert told == dict(result.outputs)
    assert {name: told[name] for name, value in example.expected.items() if not same(told[name], value, example.places)} == {}


@pytest.mark.parametrize("entry", [e for e in STANDARD if e["id"] in BY_ID], ids=lambda e: e["id"])
def test_the_figures_of_the_field_come_out_as_printed_and_as_computed(kb_site, entry):
    calculator = BY_ID[entry["id"]]
    assert (calculator.better, calculator.practices) == (entry["better"], tuple(entry["practices"]))
    for example in entry["examples"]:
        told = post(kb_site, calculator, example["inputs"]).get_json()["outputs"]
        for name, printed in example["printed"].items():
            assert same(told[name], printed, decimals(printed)), (name, told[name], printed)
        for name, computed in example.get("computed", {}).items():
            assert same(told[name], computed, 9), (name, told[name], computed)


def decimals(printed):
    """How many decimals a figure was printed with."""
    return len(repr(printed).partition(".")[2]) if isinstance(printed, float) else 0


@every_calculator
def test_names_are_unique_and_what_is_named_exists(calculator):
    assert len({i.id for i in ALL}) == len(ALL)
    for way in calculator.ways:
        outputs = [o.name for o in way.outputs]
        assert len(set(outputs)) == len(outputs)
        assert len(way.names) == len(way.inputs)
        assert not way.names & set(outputs)
        assert calculator.leading(way) in outputs or not outputs
        assert way.examples
        assert {way.margin, *(way.interval or ())} - {""} <= set(outputs)
        assert way.neighbours is None or (calculator.named(way.neighbours.way).name == way.neighbours.way and way.neighbours.at in {*outputs, *way.names})
        for example in way.examples:
            assert set(run(calculator, example.inputs).outputs) == set(outputs)


def test_every_calculator_of_the_field_is_there():
    assert {c.id for c in SOUND} >= {entry["id"] for entry in STANDARD}


@pytest.mark.parametrize("calculator", [c for c in ALL if c.as_in_source], ids=lambda c: c.id)
def test_a_formula_of_the_source_leads_to_sound_ones(calculator):
    assert {s for s in calculator.as_in_source.sound if s not in BY_ID or BY_ID[s].as_in_source} == set()
    assert calculator.as_in_source.sound


# Bounds and zeros


def outside(field):
    """Values just beyond a number's bounds."""
    number = field.item if isinstance(field, Series | Matrix) else field
    step = 1 if number.maximum > 1 else 0.5
    beyond = [number.minimum - step, number.maximum + step, *([] if number.above is None else [number.above])]
    if isinstance(field, Series):
        return [[value] * field.least for value in beyond]
    if isinstance(field, Matrix):
        return [[[value] * field.least] * field.least for value in beyond]
    return beyond


@every_way
def test_what_lies_outside_the_bounds_is_refused_at_its_field_in_words(kb_site, calculator, way):
    example = dict(way.examples[0].inputs)
    for field in way.inputs:
        if not isinstance(field, Number | Series | Matrix):
            continue
        for value in outside(field):
            for lang in LANGS:
                response = post(kb_site, calculator, chosen(way, example) | {field.name: value}, lang)
                assert response.status_code == 422, (field.name, value)
                words = {e["field"]: e["message"] for e in response.get_json()["errors"]}
                assert spoken(words[field.name], lang), (field.name, value, words)


def chosen(way, inputs):
    """``inputs`` that choose ``way`` whatever is added: its other required ones are there."""
    return {i.name: inputs[i.name] for i in way.inputs if i.name in inputs}


def zero(field):
    """Nothing, of this input's kind."""
    if isinstance(field, Series):
        return [0] * field.least
    if isinstance(field, Matrix):
        return [[0] * field.least] * field.least
    if isinstance(field, Table):
        return [["x" if isinstance(c, Label) else zero(c) for c in field.columns]] * field.least
    if isinstance(field, Choice):
        return field.options[0][0]
    return {} if isinstance(field, Record) else 0


@every_way
def test_all_zeros_are_answered_in_words_or_refused_at_a_field(kb_site, calculator, way):
    for lang in LANGS:
        response = post(kb_site, calculator, {i.name: zero(i) for i in way.inputs if not i.optional or isinstance(i, Number)}, lang)
        body = response.get_json()
        assert response.status_code in {200, 422}, body
        if response.status_code == 422:
            assert body["errors"]
            assert all(spoken(e["message"], lang) for e in body["errors"]), body
        else:
            assert spoken(body["explanation"], lang), body


# Schema, form and command ask for the same


@every_way
def test_the_schema_asks_for_the_inputs_and_takes_the_examples(kb_site, calculator, way):
    for lang in LANGS:
        schema = kb_site.test_client().get(f"/api/v1/p/calculators/{calculator.id}/schema", headers={"Accept-Language": lang}).get_json()
        Draft202012Validator.check_schema(schema)
        mine = schema["anyOf"][calculator.ways.index(way)] if "anyOf" in schema else schema
        assert set(mine["properties"]) == way.names
        assert set(mine["required"]) == way.required
        for example in way.examples:
            values = json.loads(json.dumps({i.name: i.read(example.inputs[i.name]) for i in way.inputs if i.name in example.inputs}))
            assert list(Draft202012Validator(schema).iter_errors(values)) == []
        assert list(Draft202012Validator(mine).iter_errors({"nobody_asked": 1}))


@every_way
def test_the_form_asks_for_the_inputs(kb_site, calculator, way):
    page = kb_site.test_client().get(f"/p/calculators/{calculator.id}?way={way.name}")
    assert page.status_code == 200
    forms = Forms()
    forms.feed(page.get_data(as_text=True))
    mine = next(names for names in forms.found if names & way.names)
    every_name = {i.name for w in calculator.ways for i in w.inputs}
    assert mine & every_name == way.names


class Forms(HTMLParser):
    """The names of the fields to fill in, form by form."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.found.append(set())
        elif tag in {"input", "select", "textarea"} and self.found and attributes.get("type") != "hidden" and attributes.get("name"):
            self.found[-1].add(attributes["name"])


@every_way
def test_the_command_gives_what_the_api_gives(command, calculator, way):
    inputs = way.examples[0].inputs
    options = [f"--{i.name}={i.typed(inputs[i.name])}" for i in way.inputs if i.name in inputs]
    told = command("calc", calculator.id, *options, "--json")
    assert json.loads(told)["outputs"] == dict(run(calculator, inputs).outputs)


@pytest.fixture
def command(tmp_path):
    def call(*words):
        result = CliRunner().invoke(root, ["--data-dir", str(tmp_path / "data"), *words])
        assert result.exit_code == 0, result.output
        return result.output

    return call


# Both languages


def texts(value):
    """Every text of a declaration, wherever it stands."""
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def spoken(words, lang):
    """Whether it is a sentence in this language, with nothing left to fill in."""
    return bool(words.strip()) and "{" not in words and bool(CJK.search(words)) == (lang == "zh")


@every_calculator
def test_every_text_is_there_in_both_languages(calculator):
    lacking = [t for t in texts(calculator) if bool(t.zh.strip()) != bool(t.en.strip()) or CJK.search(t.en)]
    assert lacking == []
    for must in (calculator.title, calculator.purpose, calculator.formula, calculator.source):
        assert must.zh.strip()
    sentences = (calculator.purpose, *calculator.assumptions, *(calculator.as_in_source.faults if calculator.as_in_source else ()))
    assert [t.zh for t in sentences if not spoken(t.zh, "zh")] == []
    for way in calculator.ways:
        assert all(field.label.zh.strip() for field in (*way.inputs, *way.outputs))
        assert way.title.zh or len(calculator.ways) == 1
    assert all(calculator.aliases.get(lang) for lang in LANGS)


@every_calculator
def test_every_answer_is_there_in_both_languages(calculator):
    for result in [run(calculator, e.inputs) for way in calculator.ways for e in way.examples]:
        for text in (result.explanation, *result.warnings):
            assert spoken(text.zh, "zh"), text.zh
            assert spoken(text.en, "en"), text.en
        assert "{" not in result.working.zh + result.working.en
        assert not CJK.search(result.working.en + result.headline.en)
        assert result.headline.zh.strip()


@every_way
def test_not_enough_data_has_its_words(calculator, way):
    """Where all required numbers are nothing, a main figure of None comes with words of its own."""
    try:
        result = run(calculator, {i.name: zero(i) for i in way.inputs if not i.optional})
    except InvalidInput:
        return
    if not result.enough:
        assert spoken(way.empty.zh, "zh")
        assert spoken(way.empty.en, "en")
