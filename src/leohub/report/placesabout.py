"""What the sky over many places says of itself: what it is, from what, and how far to trust it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from leohub import __version__
from leohub.io.provenance import Source
from leohub.report.datasets import REFERENCES
from leohub.report.skyscene import identity_h
from leohub.report.skywords import DOUBT
from leohub.sky.screening import Screening


@dataclass(frozen=True)
class Origin:
    """Where the sky over many places comes from.

    Attributes
    ----------
    operator : str
        As the public knows it.
    screening : Screening
    sources : tuple of Source
        Of the elements first, then of everything else that was given.
    command : str
        What was asked for.
    at : datetime
        When [UTC].
    """

    operator: str
    screening: Screening
    sources: tuple[Source, ...]
    command: str
    at: dt.datetime


def about(summary: xr.Dataset, origin: Origin) -> dict[str, Any]:
    """Return the attributes of a result: those of the CF conventions, and the inputs as JSON.

    Parameters
    ----------
    summary : Dataset
        As `leohub.sky.service.day_service` returns it.
    origin : Origin
    """
    screening, elements = origin.screening, origin.sources[0]
    left_out = "; ".join(f"{count} {reason}" for reason, count in screening.left_out.items())
    return {
        "title": f"{origin.operator} over {summary.sizes['place']:,} places",
        "source": f"leohub {__version__}: {summary.attrs['model']}",
        "history": f"{origin.at:%Y-%m-%dT%H:%M:%SZ} leohub {__version__}: {origin.command}",
        "references": REFERENCES,
        "license": f"elements: {elements.licence or 'not stated'}",
        **{name: value for name, value in summary.attrs.items() if name != "model"},
        "operator": origin.operator,
        "elements_age_median_h": screening.age_median_h,
        "elements_age_max_h": screening.age_max_h,
        "elements_satellites": screening.total,
        "elements_left_out": left_out or "none",
        "inputs": json.dumps(inputs(origin.sources), ensure_ascii=False),
        "comment": caution(summary, screening),
    }


def inputs(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return what was read, as JSON has it."""
    return [{**dataclasses.asdict(source), "totals": dict(source.totals)} for source in sources]


def caution(summary: xr.Dataset, screening: Screening) -> str:
    """Say how far the counts, and who serves, can be trusted."""
    kept = screening.kept
    if kept.basis == "modelled":
        return (
            "Modelled shells are spread more evenly than real satellites: mean counts are "
            "representative, worst slots and gaps are optimistic, and no satellite stands where "
            "it is said to."
        )
    hours = float(summary.attrs["hours"])
    start = np.datetime64(str(summary.attrs["start"]).removesuffix("Z"), "us")
    known_h = identity_h(kept, start, hours)
    if known_h >= hours:
        return "All of it is within a day of the elements: counts and who serves hold."
    since = "At once" if known_h <= 0 else f"After {known_h:g} h"
    return f"{since} the elements are more than a day old: {DOUBT}"
