"""The service of the hubs, as the report's page shows it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.quantities import Quantity
from leohub.report.crowd import crowd
from leohub.report.curve import round_marks, round_step
from leohub.report.daychart import DayChart, day_chart
from leohub.report.numerals import usd
from leohub.report.quantitywords import span, title, with_unit
from leohub.report.servicewords import (
    MEASURE,
    MEASURES,
    Measure,
    growth_sentence,
    over_hubs,
    programme_ends,
    served_well_means,
)
from leohub.study.results import Results
from leohub.study.service.estimate import Estimate
from leohub.study.service.why import Step, why

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A measure of the service for the table of all hubs, in words.

    Attributes
    ----------
    title, note : str
    value, interval : str
        Of the mean of the hubs, or of their sum.
    places : tuple of float, optional
        Where the value and the ends of its interval lie, from 0 to the largest of them [%].
    hubs : str
        From the least to the most of any hub.
    """

    title: str
    note: str
    value: str
    interval: str
    places: tuple[float, ...] | None
    hubs: str


@dataclass(frozen=True)
class PeopleChart:
    """Who shares each hub and whom it serves well, the most shared first; in a box of 100 × 100.

    Attributes
    ----------
    sharing, band : str
        Points of SVG polygons.
    served : str
        Points of a polyline.
    marks : list of (value, place)
        Of the people, from below.
    """

    sharing: str
    band: str
    served: str
    marks: list[tuple[float, float]]


@dataclass(frozen=True)
class HubService:
    """The service of one hub.

    Attributes
    ----------
    cells : list of (output, value, words, interval)
    chart : DayChart
    steps : tuple of Step
        The chain.
    """

    cells: list[tuple[str, float, str, str]]
    chart: DayChart
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ServicePage:
    """Everything that the page says of the service.

    Attributes
    ----------
    rows : list of Row
    well : str
        What it takes to be served well.
    growth : str
        What becomes of it when cells fill up.
    served_share, served_low_share, served_high_share : float
        Of those who share a hub, served well [0..1].
    second : bool
        Whether it is known what a second terminal would do.
    day : DayChart
        Mean of the hubs.
    day_marks : list of (value, place)
        [Mbps], from below.
    people : PeopleChart
    hubs : list of HubService
        As many as the page shows.
    inputs : dict
        Step → what it rests on: name, title, value, range, basis of each.
    quantities : list
        Name, title, `Quantity`, value, range.
    """

    rows: list[Row]
    well: str
    growth: str
    served_share: float
    served_low_share: float
    served_high_share: float
    second: bool
    day: DayChart
    day_marks: list[tuple[float, float]]
    people: PeopleChart
    hubs: list[HubService]
    inputs: dict[str, list[tuple[str, str, str, str, str]]]
    quantities: list[tuple[str, str, Quantity, str, str]]


HUB_COLUMNS: Final = (
    "served_well_people",
    "terminal_mbps",
    "latency_server_ms",
    "rain_out_h_per_year",
    "cost_per_served_month_usd",
)
"""Measures in the table of hubs."""


def service_page(results: Results, shown: int) -> ServicePage | None:
    """Return what the page says of the service; None where it is not estimated.

    Parameters
    ----------
    results : Results
    shown : int
        Hubs that the page shows.
    """
    estimate = results.estimate
    if estimate is None:
        return None
    sharing = float(results.hubs["sharing_people"].sum())
    served = np.array(programme_ends(estimate, "served_well_people")) / max(sharing, 1e-9)
    top = _top(float(estimate.by_hour_mbps.mean(axis=1).max()))
    chains = [why(estimate, hub) for hub in range(min(shown, len(results.hubs)))]
    return ServicePage(
        rows=[row for measure in MEASURES for row in _rows(measure, estimate)],
        well=served_well_means(estimate),
        growth=growth_sentence(estimate),
        served_share=min(1.0, float(served[0])),
        served_low_share=min(1.0, float(served[1])),
        served_high_share=min(1.0, float(served[2])),
        second="served_by_two_people" in results.hubs,
        day=day_chart(estimate.by_hour_mbps.mean(axis=1), top),
        day_marks=_marks(top),
        people=people_chart(results.hubs),
        hubs=_hubs(results.hubs, estimate, chains),
        inputs=_inputs(estimate, chains),
        quantities=_quantities(estimate),
    )


def people_chart(hubs: pd.DataFrame) -> PeopleChart:
    """Return the chart of who shares each hub and whom it serves well."""
    groups = crowd(hubs)
    ends = groups["end"].to_numpy() / len(hubs) * 100
    top = _top(float(groups[["sharing", "high"]].to_numpy().max()))

    def steps(column: str) -> list[str]:
        y = np.repeat(100 - groups[column].to_numpy() / top * 100, 2)
        x = np.concatenate([[0.0], np.repeat(ends, 2)[:-1]])
        return [f"{a:.2f},{b:.2f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]

    return PeopleChart(
        sharing=" ".join([*steps("sharing"), "100,100", "0,100"]),
        band=" ".join([*steps("high"), *steps("low")[::-1]]),
        served=" ".join(steps("served")),
        marks=_marks(top),
    )


def _rows(measure: Measure, estimate: Estimate) -> list[Row]:
    """Return the row of a measure: the mean of the hubs; of people served well also their sum."""
    ends = np.array(programme_ends(estimate, measure.output))
    hubs = estimate.hubs[measure.output]
    finite = hubs[np.isfinite(hubs)]
    spread = measure.between(float(finite.min()), float(finite.max())) if len(finite) else ""
    over = over_hubs(measure.output, len(hubs))
    row = _row(measure, ends / over, spread, measure.title, measure.note)
    if measure.output != "served_well_people" or len(hubs) == 1:
        return [row]
    return [row, _row(measure, ends, "", "… by all hubs together", "")]


def _row(measure: Measure, ends: Floats, hubs: str, name: str, note: str) -> Row:
    value, low, high = ends.tolist()
    known = bool(np.isfinite(ends).all())
    most = max(value, high) or 1.0
    return Row(
        title=name,
        note=note,
        value=measure.said(value),
        interval=measure.between(low, high) if known else "",
        places=tuple((100 * ends / most).tolist()) if known else None,
        hubs=hubs,
    )


def _hubs(
    hubs: pd.DataFrame, estimate: Estimate, chains: list[tuple[Step, ...]]
) -> list[HubService]:
    first = hubs.head(len(chains))
    top = float(estimate.by_hour_mbps[:, : len(chains)].max()) or 1.0
    return [
        HubService(
            cells=[_cell(name, row) for name in HUB_COLUMNS],
            chart=day_chart(estimate.by_hour_mbps[:, number], top),
            steps=steps,
        )
        for number, (row, steps) in enumerate(
            zip(first.to_dict(orient="records"), chains, strict=True)
        )
    ]


def _cell(output: str, row: Mapping[Hashable, Any]) -> tuple[str, float, str, str]:
    measure = MEASURE[output]
    value, low, high = row[output], row[f"{output}_low"], row[f"{output}_high"]
    if not np.isfinite(value):
        return output, float("nan"), usd(value), ""
    return output, value, measure.write(value), measure.between(low, high)


def _inputs(
    estimate: Estimate, chains: list[tuple[Step, ...]]
) -> dict[str, list[tuple[str, str, str, str, str]]]:
    return {
        step.what: [_input(name, estimate.quantities[name]) for name in step.inputs]
        for steps in chains
        for step in steps
    }


def _input(name: str, quantity: Quantity) -> tuple[str, str, str, str, str]:
    return (
        name,
        title(name),
        with_unit(quantity.value, quantity.unit),
        span(quantity),
        quantity.basis,
    )


def _quantities(estimate: Estimate) -> list[tuple[str, str, Quantity, str, str]]:
    return [
        (name, title(name), quantity, with_unit(quantity.value, quantity.unit), span(quantity))
        for name, quantity in estimate.quantities.items()
    ]


def _top(most: float) -> float:
    """Return a round end of an axis that holds a value."""
    step = round_step(most or 1.0)
    return float(step * np.ceil((most or 1.0) / step - 1e-9))


def _marks(top: float) -> list[tuple[float, float]]:
    return [(value, 100 * value / top) for value in round_marks(top)]
