"""What the package knows of satellite operators: their parameters and their shells."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

import pandas as pd

from leohub.errors import InputError, Problem
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.provenance import Source
from leohub.quantities import Quantities
from leohub.sky.constellation import Constellation, join
from leohub.sky.shells import walker

OPERATORS: Final = ("starlink", "oneweb", "amazon-leo", "terawave")

_GOLDEN_ANGLE_DEG = 137.508  # so that the first planes of the shells do not stand in line


@dataclass(frozen=True)
class Operator:
    """How an operator uses its satellites.

    Attributes
    ----------
    key : str
        ``"starlink"``, ``"oneweb"``, ``"amazon-leo"``.
    name : str
        As the public knows it.
    min_elevation_deg : float
        Lowest elevation at which a terminal connects [°].
    arc_avoidance_deg : float
        Satellites nearer than this to the visible geostationary arc are not used [°].
    min_altitude_km : float
        Satellites below are raising, decaying or not broadband [km].
    lasers : bool
        Whether its satellites are linked to each other.
    slot_phase_s : float
        When terminals are re-scheduled, counted from the minute; 0 where it is not known [s].
    quantities : mapping of str to Quantity
        Everything that the models of its service rest on, by dotted name.
    sources : mapping of str to str
        Parameter → ``"filed: …"``, ``"measured: …"`` or ``"assumed: …"``.
    """

    key: str
    name: str
    min_elevation_deg: float
    arc_avoidance_deg: float
    min_altitude_km: float
    lasers: bool
    slot_phase_s: float
    quantities: Quantities
    sources: Mapping[str, str]


def operator_parameters(operator: str) -> Operator:
    """Return the parameters of an operator.

    Raises
    ------
    InputError
        When it is not known, or filed but not public enough to be modelled.
    """
    if operator not in OPERATORS:
        raise _error(f"operator {operator!r} is not known", f"Name one of {', '.join(OPERATORS)}")
    quantities, texts, _ = built_in_quantities(f"operators/{operator}.toml")
    if texts["status"] != "flying":
        raise _error(
            f"{texts['name']} is {texts['status']}: {texts['status.source']}",
            "Choose another operator, or give shells of your own",
        )
    return Operator(
        key=operator,
        name=texts["name"],
        min_elevation_deg=quantities["geometry.min_elevation_deg"].value,
        arc_avoidance_deg=quantities["geometry.arc_avoidance_deg"].value,
        min_altitude_km=quantities["geometry.min_altitude_km"].value,
        lasers=texts["lasers"] == "yes",
        slot_phase_s=quantities["geometry.slot_phase_s"].value,
        quantities=quantities,
        sources={name: texts[f"{name}.source"] for name in ("name", "status", "lasers")}
        | {
            name.removeprefix("geometry."): f"{quantity.basis}: {quantity.source}"
            for name, quantity in quantities.items()
            if name.startswith("geometry.")
        },
    )


def built_in_constellation(
    operator: str, epoch: dt.datetime, *, status: str = "flying"
) -> tuple[Constellation, Source]:
    """Return an operator's shells with the satellites spread evenly over them.

    Parameters
    ----------
    operator : str
    epoch : datetime
        When the satellites stand as drawn.
    status : str
        ``"flying"`` or ``"filed"``.

    Returns
    -------
    constellation : Constellation
        Basis ``"modelled"``.
    source : Source

    Raises
    ------
    InputError
        When there are no such shells.
    """
    name = operator_parameters(operator).name
    table, content = _read("shells.csv")
    rows = table[(table["operator"] == operator) & (table["status"] == status)]
    if rows.empty:
        raise _error(f"there are no {status} shells of {name}", "Take its flying ones")
    shells = [
        walker(
            satellites=int(row["satellites"]),
            planes=int(row["planes"]),
            inclination_deg=float(row["inclination_deg"]),
            altitude_km=float(row["altitude_km"]),
            epoch=epoch,
            raan_deg=_GOLDEN_ANGLE_DEG * number,
            name=name,
        )
        for number, row in enumerate(rows.to_dict("records"))
    ]
    whole = join(name, shells)
    notes = (
        f"{len(whole):,} satellites of {name} as {status}, spread evenly over "
        f"{len(shells)} shell{'s' if len(shells) > 1 else ''};"
        " where each one really is, is not known",
    )
    source = Source(
        role="elements",
        file="built-in: shells.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        basis="modelled",
        origin="; ".join(dict.fromkeys(rows["source"])),
        date="2026-08-22" if status == "flying" else "",
        totals={"satellites": len(whole), "shells": len(shells)},
        notes=notes,
    )
    return whole, source


def _read(name: str) -> tuple[pd.DataFrame, bytes]:
    content = resources.files("leohub.data").joinpath(name).read_bytes()
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False), content


def _error(message: str, remedy: str) -> InputError:
    return InputError([Problem("built-in operators", "", message, remedy)])
