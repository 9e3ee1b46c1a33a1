"""`Scene`: the sky over one place, as it is drawn, printed and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from leohub.io.provenance import Source
from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.screening import Screening
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.view import sky_at, trails

Floats = NDArray[np.float64]

NOBODY: Final = -1
"""Catalogue number that stands for no satellite."""

IDENTITY_H: Final = 24.0
"""Age of elements up to which it can be told which satellite stands where [h]."""


@dataclass(frozen=True)
class Scene:
    """The sky over one place: now, and over the hours ahead.

    Attributes
    ----------
    operator : str
        As the public knows it.
    place : Places
        One place.
    rules : Rules
    source : Source
        Of the elements.
    others : tuple of Source
        Other inputs: horizon, gateways, bulletin.
    screening : Screening
    gateways : Gateways or None
        Those that usable satellites reach, where they were given.
    day : Dataset
        As `leohub.sky.service.timeline` returns it.
    above : DataFrame
        As `leohub.sky.visibility.view.sky_at` returns it for the first moment of `day`.
    trails : (ndarray, ndarray), shape (n, moments) each
        Azimuth and elevation of the satellites of `above` in the last minutes, the oldest first
        [°].
    names : mapping of int to str
        Catalogue number → name, of the satellites that serve.
    identity_h : float
        Hours from the start of `day` up to which it can be told which satellite stands where.
    """

    operator: str
    place: Places
    rules: Rules
    source: Source
    others: tuple[Source, ...]
    screening: Screening
    gateways: Gateways | None
    day: xr.Dataset
    above: pd.DataFrame
    trails: tuple[Floats, Floats]
    names: Mapping[int, str]
    identity_h: float


def make_scene(
    day: xr.Dataset,
    *,
    operator: str,
    place: Places,
    rules: Rules,
    source: Source,
    screening: Screening,
    others: tuple[Source, ...] = (),
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
) -> Scene:
    """Look at the first moment of a timeline, and gather what stands beside it."""
    kept, now = screening.kept, day["time"].to_numpy()[0]
    above = sky_at(kept, place, rules, at=now, gateways=gateways, orientation=orientation)
    serving = np.isin(kept.norad_id, np.unique(day["serving"]))
    return Scene(
        operator=operator,
        place=place,
        rules=rules,
        source=source,
        others=others,
        screening=screening,
        gateways=gateways,
        day=day,
        above=above,
        trails=trails(
            kept, place, above["norad_id"].to_numpy(), until=now, orientation=orientation
        ),
        names=dict(
            zip(kept.norad_id[serving].tolist(), kept.object_name[serving].tolist(), strict=True)
        ),
        identity_h=identity_h(kept, now, day.attrs["hours"]),
    )


def identity_h(constellation: Constellation, start: np.datetime64, hours: float) -> float:
    """Return for how long from a start it can be told which satellite stands where [h].

    As long as half of the elements are at most `IDENTITY_H` from their epochs; never, where the
    satellites are modelled.
    """
    if constellation.basis == "modelled":
        return 0.0
    age_h = (start - constellation.epoch) / np.timedelta64(1, "h")
    ahead_h = np.arange(0.0, hours, 0.25)
    told = [float(np.median(np.abs(age_h + later_h))) <= IDENTITY_H for later_h in ahead_h]
    return hours if all(told) else float(ahead_h[told.index(False)])


def runs(values: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where equal values that follow each other begin, and how many they are."""
    first = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    return first, np.diff(np.append(first, len(values)))


def passes(scene: Scene) -> pd.DataFrame:
    """Return who serves when: a row for every time that one satellite, or none, serves.

    Returns
    -------
    DataFrame
        `begin` (UTC), `lasts_s` (whole slots), `norad_id` (`NOBODY` for none), `object_name`, and
        of its first slot `elevation_deg`, `azimuth_deg`, `range_km`.
    """
    day = scene.day
    first, length = runs(day["serving"].to_numpy())
    norad_id = day["serving"].to_numpy()[first]
    begun = {
        name: day[f"serving_{name}"].to_numpy()[first]
        for name in ("elevation_deg", "azimuth_deg", "range_km")
    }
    return pd.DataFrame(
        {
            "begin": day["time"].to_numpy()[first],
            "lasts_s": length * day.attrs["step_s"],
            "norad_id": norad_id,
            "object_name": [scene.names.get(number, "none") for number in norad_id.tolist()],
            **begun,
        }
    )
