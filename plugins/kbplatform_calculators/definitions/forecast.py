"""Was the plan right? How far a forecast of contacts was off."""

from __future__ import annotations

from math import fsum

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.arithmetic import exact, ratio, said, total
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output, counted
from kbplatform_calculators.inputs import Number, Series


def _errors(values: Values) -> Outputs:
    actual, forecast = [exact(a) for a in values["actual"]], [exact(f) for f in values["forecast"]]
    off = [f - a for f, a in zip(forecast, actual, strict=True)]
    happened = total(actual)
    each = None if 0 in actual else fsum(float(abs(e) / a) for e, a in zip(off, actual, strict=True)) / len(actual)
    return {
        "wape_pct": ratio(total(abs(e) for e in off), happened, 100),
        "mape_pct": None if each is None else 100 * each,
        "bias_pct": ratio(total(off), happened, 100),
    }


def _as_many(values: Values) -> FieldError | None:
    n, m = len(values["actual"]), len(values["forecast"])
    if n == m:
        return None
    actual, forecasts = counted(n, "actual figure"), counted(m, "forecast")
    return FieldError("forecast", Text(f"实际有 {n} 个时段，预测有 {m} 个，要一样多", f"{actual} and {forecasts}: there must be as many of both"))


def _errors_words(_values: Values, outputs: Outputs) -> Text:
    bias = float(outputs["bias_pct"] or 0)
    size = said(abs(bias), "percent", 2)
    zh = f"总量{'多' if bias > 0 else '少'}估 {size.zh}" if bias else "总量不多不少"
    en = f"{size.en} too {'many' if bias > 0 else 'few'} in all" if bias else "the total was right"
    return Text(f"分时段看，预测平均差了 {{wape_pct}}（WAPE）；{zh}。", f"Interval by interval the forecast was {{wape_pct}} off (WAPE); {en}.")


def _errors_working(values: Values, _outputs: Outputs) -> Text:
    off = total(abs(exact(f) - exact(a)) for f, a in zip(values["forecast"], values["actual"], strict=True))
    missed, happened = said(off, "", None), said(total(values["actual"]), "", None)
    return Text(
        f"Σ|预测 − 实际| ÷ Σ实际 = {missed.zh} ÷ {happened.zh} = {{wape_pct}}",
        f"Σ|forecast − actual| ÷ Σ actual = {missed.en} ÷ {happened.en} = {{wape_pct}}",
    )


def _right_only_in_all(_values: Values, outputs: Outputs) -> bool:
    wape, bias = outputs["wape_pct"], outputs["bias_pct"]
    return isinstance(wape, int | float) and isinstance(bias, int | float) and wape >= 5 and abs(bias) < min(1, wape / 3)


FORECAST_ACCURACY = Calculator(
    id="forecast_accuracy",
    title=Text("预测准确率", "Forecast accuracy (WAPE, MAPE, bias)"),
    purpose=Text(
        "话务预测差了多少，是一直偏高偏低，还是总量对、时段不对。",
        "How far a forecast was off, and whether it leans one way or only misses the hours.",
    ),
    formula=Text(
        "WAPE = Σ|预测 − 实际| ÷ Σ实际；MAPE = 各时段 |预测 − 实际| ÷ 实际 的平均；偏差 = Σ（预测 − 实际）÷ Σ实际",
        "WAPE = Σ|forecast − actual| ÷ Σ actual; MAPE = mean of |forecast − actual| ÷ actual; bias = Σ(forecast − actual) ÷ Σ actual",
    ),
    group="staffing",
    main="wape_pct",
    better="lower",
    source=Text("ccplanning.net《诚实地衡量预测》；汇总值另算", "ccplanning.net 'Measuring accuracy honestly'; aggregates computed"),
    aliases={
        "zh": ("预测准确率", "话务预测", "预测误差", "WAPE", "MAPE", "预测偏差"),
        "en": ("forecast accuracy", "WAPE", "MAPE", "bias", "forecast error"),
    },
    assumptions=(
        Text(
            "按时段比，不比全天合计：1,362 对 1,360 看着很准，里面可能差 15%。",
            "Compare intervals, not daily totals: 1,362 against 1,360 looks perfect and can hide 15%.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Series(
                    name="actual",
                    label=Text("实际", "Actual"),
                    hint=Text("一个时段一个数，可整列粘贴", "One figure an interval; paste a column"),
                    item=Number(name="actual", label=Text("实际", "Actual"), unit="contacts"),
                ),
                Series(
                    name="forecast",
                    label=Text("预测", "Forecast"),
                    hint=Text("和实际一样的顺序", "In the same order"),
                    item=Number(name="forecast", label=Text("预测", "Forecast"), unit="contacts"),
                ),
            ),
            outputs=(
                Output(name="wape_pct", label=Text("WAPE", "WAPE"), unit="percent", decimals=2),
                Output(name="mape_pct", label=Text("MAPE", "MAPE"), unit="percent", decimals=2),
                Output(name="bias_pct", label=Text("偏差", "Bias"), unit="percent", decimals=2),
            ),
            compute=_errors,
            rules=(_as_many,),
            sentence=_errors_words,
            working=_errors_working,
            empty=Text("一次来电来访也没有，没法比。", "nothing came in, so there is nothing to compare with."),
            cautions=(
                Caution(
                    Text("有的时段实际是 0，MAPE 算不了，看 WAPE。", "Some intervals had no contact: MAPE is undefined there, use WAPE."),
                    lambda values, _outputs: 0 in values["actual"],
                ),
                Caution(
                    Text(
                        "总量对上了，时段没对上：排班还是会忽多忽少。",
                        "The total is right but the hours are not: staffing will still be too much here, too little there.",
                    ),
                    _right_only_in_all,
                ),
                Caution(
                    Text("只有一个数，看不出时段差在哪。", "One figure alone hides which hours were off."),
                    lambda values, _outputs: len(values["actual"]) == 1,
                ),
            ),
            examples=(
                Example(
                    {"actual": (10, 2000), "forecast": (5, 1950)},
                    {"mape_pct": 26.25, "wape_pct": 2.736318408, "bias_pct": -2.736318408},
                    "ccplanning.net 'Measuring accuracy honestly'; aggregates computed",
                ),
            ),
        ),
    ),
)

FORECAST: tuple[Calculator, ...] = (FORECAST_ACCURACY,)
