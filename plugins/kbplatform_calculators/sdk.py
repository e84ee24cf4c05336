"""What other plugins may import to bring calculators of their own; ``__all__`` is the promise.

Mark the hook ``@hookimpl(optionalhook=True)``: then the plugin also works where the calculators are switched off.
"""

from __future__ import annotations

from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Neighbours, Outputs, Result, Rule, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Choice, Count, Duration, Input, Label, Matrix, Number, Percent, Series, Share, Table
from kbplatform_calculators.rates import rate, rate_of, rate_outputs, sample_of
from kbplatform_calculators.rules import small_sample, together_within, within
from kbplatform_calculators.running import run
from kbplatform_calculators.statistics import garwood, newcombe, t_interval, wilson

__all__ = [
    "AsInSource",
    "Calculator",
    "Caution",
    "Choice",
    "Count",
    "Duration",
    "Example",
    "Input",
    "Label",
    "Matrix",
    "Neighbours",
    "Number",
    "Output",
    "Outputs",
    "Percent",
    "Result",
    "Rule",
    "Series",
    "Share",
    "Table",
    "Values",
    "Way",
    "garwood",
    "newcombe",
    "rate",
    "rate_of",
    "rate_outputs",
    "run",
    "sample_of",
    "small_sample",
    "t_interval",
    "together_within",
    "wilson",
    "within",
]
