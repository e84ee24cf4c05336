"""No input upsets a calculator: a short form of ``benchmarks/fuzz_calculators.py``, and the same inputs over HTTP."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest

from kbplatform_calculators.definitions import ALL

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
import fuzz_calculators as fuzzing


def test_typed_text_numbers_lists_junk_and_extremes_are_answered_or_refused_in_words():
    findings = fuzzing.fuzz(4_000, seed=7)
    assert findings.wrong == {}
    assert findings.answered > 1_000
    assert findings.refused > 500


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_over_http_each_is_an_answer_or_a_refusal_that_names_its_field(kb_site, lang):
    random, client = Random(11), kb_site.test_client()
    ways = [(c, w) for c in ALL for w in c.ways]
    for calculator, way in ways * 4:
        body = as_json(fuzzing.drawn(way, random))
        response = client.post(
            f"/api/v1/p/calculators/{calculator.id}/runs",
            data=b'{"inputs": ' + body + b"}",
            headers={"Accept-Language": lang, "Content-Type": "application/json"},
        )
        assert response.status_code in {200, 400, 422}, (calculator.id, body[:300])
        told = json.loads(response.data, parse_constant=lambda word: pytest.fail(f"{word} in an answer"))
        if response.status_code == 200:
            assert told["explanation"].strip()
        elif response.status_code == 422:
            assert told["errors"]
            assert all(e["message"].strip() for e in told["errors"])


def as_json(inputs):
    try:
        return json.dumps(inputs).encode()
    except (RecursionError, ValueError):
        return b'{"x": 1' + b"0" * 6_000 + b"}"
