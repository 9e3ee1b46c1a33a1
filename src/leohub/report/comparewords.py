"""What is said of rivals side by side: a sentence, and what the figures are and are not."""

from __future__ import annotations

import math

import pandas as pd

from leohub.report.numerals import about, listed, plural
from leohub.study.rivals.compare import RANGED, Comparison

NEARLY_ALWAYS_PCT = 99.5
"""With a usable satellite for less of the time than this, it is said [%]."""


def verdict(comparison: Comparison) -> str:
    """Return the answer in a sentence: whom the study's own operator serves, and who more."""
    served = comparison.table["served_well_people"].dropna()
    if served.empty:
        return "None of these is modelled."
    own, most = str(served.index[0]), str(served.idxmax())
    hubs = comparison.hubs[comparison.hubs["alternative"] == own]
    said = (
        f"Of {about(hubs['sharing_people'].sum())} people who share {plural(len(hubs), 'hub')}, "
        f"{_name(comparison, own)} serves {about(served.iloc[0])} well"
    )
    if len(served) == 1:
        return f"{said}."
    if most == own:
        return f"{said}; no other here would serve more."
    more_pct = comparison.table["more_served_pct"].to_dict()[most]
    return (
        f"{said}; {_name(comparison, most)} would serve the most, {about(served.max())}, and more "
        f"in {more_pct:.0f} of 100 draws of what is not known."
    )


def people_unit(most: float) -> tuple[float, str]:
    """Return in how many people is counted where there are so many, and how that is called."""
    if most >= 1e6:
        return 1e6, "millions of people"
    return (1e3, "thousands of people") if most >= 1e4 else (1.0, "people")


def cautions(comparison: Comparison) -> list[str]:
    """Return what the figures are and are not."""
    table = comparison.table
    told = [
        "All figures are modelled: of all hubs together, the mean of each or the sum of people. In "
        f"brackets: four of five of {comparison.draws:,} draws of the numbers that are not known "
        "lie between. What hubs and people are like is drawn alike for all, what operators are for "
        "each on its own."
    ]
    told.append(_known(comparison))
    if any(len(alternative.skies) > 1 for alternative in comparison.alternatives):
        told.append(
            "Two terminals: “+” both carry traffic, throughputs add up, and the latency is that of "
            "the quicker one; “or” the one with the higher throughput carries it, at its latency, "
            "and the other stands by. The same rain falls on both, and they share the power. What "
            "an operator's own outages or a broken terminal take is not modelled: against those a "
            "second one helps most."
        )
    if "more_served_pct" in table and table["more_served_pct"].notna().any():
        own = comparison.alternatives[0].name
        told.append(
            f"More, cheaper: the share of the draws in which it serves more people well than {own} "
            "does, and each of them at less cost."
        )
    partly = table.index[table["usable_pct"] < NEARLY_ALWAYS_PCT]
    if len(partly):
        names = listed([_name(comparison, key) for key in partly])
        told.append(
            f"{names}: without a usable satellite for part of the time; throughput is the mean "
            "over all of it, latency that of the rest."
        )
    if _beside(table):
        told.append(
            "Where a figure lies outside its own bracket, what is thought possible reaches much "
            "further to one side of the likeliest number than to the other."
        )
    told.append(
        "Prices of other terminals and plans are assumed where none is published and the study "
        "gives none; panels, batteries and work are taken to cost the same under all."
    )
    if comparison.unpriced:
        told.append(
            "No price of the study says whose terminal or plan it is, so that those of others come "
            "on top of all of them: set operator in [[cost.prices]]."
        )
    told += [
        f"{alternative.name}: {alternative.not_modelled}."
        for alternative in comparison.alternatives
        if alternative.not_modelled
    ]
    return told


def _known(comparison: Comparison) -> str:
    """Say how little is known of each operator."""
    singles = {
        alternative.parts[0].removesuffix(" as filed"): comparison.table.loc[alternative.key]
        for alternative in comparison.alternatives
        if len(alternative.skies) == 1 and not alternative.not_modelled
    }
    counted = listed(
        [
            f"{row['assumed_numbers']:.0f} of the {row['numbers']:.0f} of {name}"
            for name, row in singles.items()
        ]
    )
    fitted = [name for name, row in singles.items() if row["load_basis"] == "fitted"]
    return f"Assumed are {counted} numbers that the service rests on. " + (
        f"Only the throughput of {listed(fitted)} is held to published medians: load and "
        "capacity are not known apart."
        if fitted
        else "No throughput is held to published medians: load and capacity are assumed."
    )


def _name(comparison: Comparison, key: str) -> str:
    return str(comparison.table.loc[key, "name"])


def _beside(table: pd.DataFrame) -> bool:
    """Return whether a figure lies outside its interval."""
    return any(
        not row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        for _, row in table.iterrows()
        for name in RANGED
        if not row["not_modelled"] and math.isfinite(row[name])
    )
