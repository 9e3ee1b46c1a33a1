"""The service of the hubs in words: what is told of it, and how its figures are written."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from leohub.report.numerals import about, short, usd
from leohub.study.results import Results
from leohub.study.service.estimate import Estimate
from leohub.study.service.outputs import SUMMED

ENDS: Final = ("value", "low", "high")

MOST_SHARE: Final = 0.95
"""Share of their people from which on hubs are said to serve all of them well."""


def two_decimals(value: float) -> str:
    """Write a share of the time that is near the whole: 99.43."""
    return f"{value:.2f}"


@dataclass(frozen=True)
class Measure:
    """One thing that is told of the service.

    Attributes
    ----------
    output : str
        Its name in `leohub.study.service.outputs.OUTPUTS`.
    title, note : str
        What it is called, and what that means.
    unit : str
        Written after a value; empty where `write` writes it.
    write : callable
        How a value is written.
    """

    output: str
    title: str
    note: str
    unit: str
    write: Callable[[float], str] = about

    def said(self, value: float) -> str:
        """Write a value with its unit: 33 Mbps."""
        return f"{self.write(value)} {self.unit}".rstrip()

    def between(self, low: float, high: float) -> str:
        """Write an interval: 24 to 40."""
        return f"{self.write(low)} to {self.write(high)}".replace("USD ", "")


MEASURES: Final = (
    Measure("terminal_mbps", "Download in the busiest hour", "of the terminal", "Mbps"),
    Measure("terminal_up_mbps", "Upload in the busiest hour", "of the terminal", "Mbps"),
    Measure(
        "latency_pop_ms",
        "Round trip to the operator's network",
        "from the terminal to the point of presence",
        "ms",
    ),
    Measure("latency_server_ms", "Round trip to a server", "from who uses the hub", "ms"),
    Measure(
        "rain_out_h_per_year",
        "Off the air for rain and cloud",
        "in an average year",
        "h a year",
    ),
    Measure(
        "availability_pct",
        "In service",
        "share of the time: a satellite, no outage by rain, power",
        "%",
        two_decimals,
    ),
    Measure(
        "present_people",
        "People online in the busiest hour",
        "if all who share the hub use it as assumed",
        "people",
    ),
    Measure("active_mbps", "Each of them then gets", "mean rate of a fetch", "Mbps"),
    Measure(
        "served_well_people",
        "People served well",
        "of those who share the hub, if the others stayed away",
        "people",
    ),
    Measure(
        "cost_per_served_month_usd",
        "A month, for each person served well",
        "all cost of the hub over its life",
        "",
        usd,
    ),
)
"""In the order in which one follows from the other."""

MEASURE: Final = {measure.output: measure for measure in MEASURES}


def programme_ends(estimate: Estimate, output: str) -> tuple[float, float, float]:
    """Return an output of all hubs: as it is, low, high; infinite for a price by nobody."""
    value, low, high = (
        estimate.programme.loc[[output], list(ENDS)].to_numpy(dtype=float)[0].tolist()
    )
    return value, low, high


def programme_said(estimate: Estimate, output: str, over: float = 1.0) -> str:
    """Write an output of all hubs with its interval: 33 Mbps (24 to 40).

    Parameters
    ----------
    estimate : Estimate
    output : str
        One of `MEASURES`.
    over : float
        What the figures are divided by: the hubs, where they are sums.
    """
    measure = MEASURE[output]
    value, low, high = (number / over for number in programme_ends(estimate, output))
    if not math.isfinite(value):
        return measure.said(value)
    return f"{measure.said(value)} ({measure.between(low, high)})"


def served_well_means(estimate: Estimate) -> str:
    """Say what it takes to be served well."""
    rate = estimate.quantities["use.threshold_mbps"].value
    chance = estimate.quantities["use.threshold_chance_pct"].value
    return (
        f"at least {rate:g} Mbps on average, and for {chance:g} % of what is fetched in the "
        "busiest hour"
    )


def some_only(results: Results, estimate: Estimate) -> bool:
    """Return whether the hubs serve only some of those well whom they reach."""
    served = programme_ends(estimate, "served_well_people")[0]
    return served < MOST_SHARE * float(results.plan.reached_people)


def service_sentence(results: Results) -> str:
    """Say what service the hubs would give, and to how many; nothing without an estimate."""
    estimate = results.estimate
    if estimate is None:
        return ""
    hubs = len(results.hubs)
    usual = float(estimate.hubs["terminal_p50_mbps"].mean())
    return (
        f"A hub's terminal would download {programme_said(estimate, 'terminal_mbps')} in the "
        f"busiest hour, beside all others in its cell, and {about(usual)} Mbps or more in half of "
        f"the hours; a round trip to a server takes "
        f"{programme_said(estimate, 'latency_server_ms')}, and rain cuts it off for "
        f"{programme_said(estimate, 'rain_out_h_per_year')}. "
        f"{'It serves' if hubs == 1 else f'The {hubs:,} hubs serve'} "
        f"{programme_said(estimate, 'served_well_people')} well{_each(estimate, hubs)}: "
        f"{served_well_means(estimate)}. {_rest(results, estimate)}All of this is modelled; in "
        "brackets stand the ends between which four of five draws of the assumed numbers lie."
    )


def growth_sentence(estimate: Estimate) -> str:
    """Say what the same hubs would give when the operator's cells fill up."""
    times = {2.0: "twice", 4.0: "four times"}
    growth = estimate.growth.to_dict("index")
    download = MEASURE["terminal_mbps"]
    told = [
        f"{words} as busy as here, {download.said(growth[factor]['terminal_mbps'])} and "
        f"{about(growth[factor]['served_well_people'])} people served well"
        for factor, words in times.items()
    ]
    return (
        f"When the operator's cells fill up, a terminal gets less in the busiest hour: "
        f"{'; '.join(told)}."
    )


def service_summary(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return the outputs of all hubs with their intervals, ready for JSON.

    Returns
    -------
    dict or None
        Output, with its unit in its name → `value`, `low`, `high`: sums over the hubs of people,
        else means. None without an estimate.
    """
    if estimate is None:
        return None
    outputs = {
        str(name): dict(zip(ENDS, map(_finite, programme_ends(estimate, str(name))), strict=True))
        for name in estimate.programme.index
    }
    growth = [
        {"times_as_busy": times, **row} for times, row in estimate.growth.to_dict("index").items()
    ]
    return {
        "basis": "modelled",
        "interval_pct": 80,
        "draws": estimate.draws,
        **outputs,
        "when_cells_fill_up": growth,
    }


def over_hubs(output: str, hubs: int) -> int:
    """Return what an output of the programme is divided by for the mean of the hubs."""
    return hubs if output in SUMMED else 1


def _each(estimate: Estimate, hubs: int) -> str:
    if hubs == 1:
        return ""
    return f", {about(programme_ends(estimate, 'served_well_people')[0] / hubs)} each"


def _terminals(estimate: Estimate) -> str:
    one_each = bool((estimate.situation.terminals == 1).all())
    return "one terminal at each hub" if one_each else "the terminals of the hubs"


def _rest(results: Results, estimate: Estimate) -> str:
    if not some_only(results, estimate):
        return ""
    return (
        f"The others of the {short(results.plan.reached_people)} people are potential reach only: "
        f"for {_terminals(estimate)} they are too many. "
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
