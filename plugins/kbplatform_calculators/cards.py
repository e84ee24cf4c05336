"""The card on the home page: the latest figures of one's teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kbplatform.sdk import DashboardCard, Text, may, sparkline, team_names
from kbplatform_calculators.figures import written
from kbplatform_calculators.history import SAVE, History
from kbplatform_calculators.history_forms import scope_name
from kbplatform_calculators.registry import page_url, registry_of
from kbplatform_calculators.saved import Saved

if TYPE_CHECKING:
    from markupsafe import Markup

    from kbplatform.sdk import Services, Viewer

MOST, LENGTH = 5, 12
"""Figures on the card; saved runs that one small line shows."""


@dataclass(frozen=True, slots=True)
class Latest:
    """One line of the card. ``team`` is empty where the viewer is in one team only."""

    title: Text
    team: str
    url: str
    headline: Text
    change: Text
    picture: Markup


def cards_for(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """One card where the viewer's teams have saved anything; none for whoever is in no team."""
    if viewer.id is None or not viewer.teams or not may(SAVE):
        return []
    registry = registry_of(services)
    found = History(services.db, registry).latest(viewer, most=MOST, length=LENGTH)
    if not found:
        return []
    with services.db.read() as session:
        names = team_names(session, viewer.teams) if len(viewer.teams) > 1 else {}
    figures = [_latest(registry.calculators[runs[-1].calculator].title, runs, names) for runs in found]
    return [DashboardCard(Text("团队的数", "Your team’s figures"), "calculators/card.html", {"figures": figures}, order=20)]


def _latest(title: Text, runs: list[Saved], names: dict[str, str]) -> Latest:
    last = runs[-1]
    team = last.team or ""
    url = f"{page_url(last.calculator)}/history?{urlencode({'team': scope_name(team), 'way': last.way})}"
    line = sparkline([r.value or 0.0 for r in runs], [r.period.ends_on.toordinal() for r in runs])
    return Latest(title, names.get(team, ""), url, last.headline, change(runs), line)


def change(runs: list[Saved]) -> Text:
    """How the last figure differs from the one before, in words; nothing where there is none, or where it was defined otherwise."""
    if len(runs) < 2:
        return Text("", "")
    before, last = runs[-2], runs[-1]
    if before.value is None or last.value is None or (before.version, before.unit) != (last.version, last.unit):
        return Text("", "")
    difference = last.value - before.value
    if abs(difference) < 0.5 * 10 ** -(last.decimals + (2 if last.unit == "proportion" else 0)):
        return Text("和上次一样", "as before")
    scale, unit = (100, "percentage points") if last.unit == "proportion" else (1, "percentage points" if last.unit == "percent" else last.unit)
    by = [written(abs(difference) * scale, unit, lang, last.decimals) for lang in ("zh", "en")]
    zh, en = ("比上次多 ", "up ") if difference > 0 else ("比上次少 ", "down ")
    return Text(zh + by[0], en + by[1])
