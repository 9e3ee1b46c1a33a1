"""The sky over a place as NetCDF by the CF conventions: opens in xarray, GDAL, Panoply, R, MATLAB.

NetCDF-3 (64-bit offset), written by SciPy: the oldest format of the family, which everything reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from leohub import __version__
from leohub.io.provenance import Source
from leohub.report.files import appearing, check_file
from leohub.report.skyscene import NOBODY, Scene
from leohub.report.skywords import identity, limits, where
from leohub.sky.motion.moments import Times

SUFFIXES: Final = (".nc",)

COORDINATES: Final = {
    "lat_deg": {"standard_name": "latitude", "units": "degrees_north", "long_name": "latitude"},
    "lon_deg": {"standard_name": "longitude", "units": "degrees_east", "long_name": "longitude"},
    "height_km": {
        "standard_name": "height_above_reference_ellipsoid",
        "units": "km",
        "long_name": "height above the WGS 84 ellipsoid",
        "positive": "up",
    },
}

STANDARD_NAMES: Final = {"serving_azimuth_deg": "platform_azimuth_angle"}
"""Variables that the conventions have a name for; the others say what they are by themselves."""

REFERENCES: Final = (
    "docs/sky.md of leohub; Vallado, Crawford, Hujsak & Kelso 2006, "
    "https://doi.org/10.2514/6.2006-6753"
)


def check_dataset(path: Path) -> None:
    """Refuse a path that no dataset can be written to: see `leohub.report.files.check_file`."""
    check_file(path, SUFFIXES, "a dataset")


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset as NetCDF; whole or not at all.

    Parameters
    ----------
    dataset : Dataset
        With variables that NetCDF-3 can hold, as of `to_cf`.
    path : Path
        Ends in .nc.

    Raises
    ------
    OutputError
        When the file can not be written.
    """
    check_dataset(path)
    plain = dataset.assign_attrs({name: _plain(value) for name, value in dataset.attrs.items()})
    with appearing(path) as part:
        plain.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")


def to_cf(scene: Scene, *, command: str, at: dt.datetime) -> xr.Dataset:
    """Return the hours ahead of a scene as the CF conventions want a time series of one station.

    Parameters
    ----------
    scene : Scene
    command : str
        What was asked for, for the history.
    at : datetime
        When [UTC].

    Returns
    -------
    Dataset
        The variables of the timeline over `time` and `shell`, the place as scalar coordinates,
        names of the satellites that serve over `satellite`. Integers have 32 bits, which catalogue
        numbers of nine digits fit.
    """
    # The conventions want time last.
    day = scene.day.drop_vars("shell").transpose(..., "time")
    day = day.assign(satellite_norad_id=("satellite", list(scene.names)))
    data = {name: _cf_variable(name, variable) for name, variable in day.data_vars.items()}
    dataset = xr.Dataset(data, coords={**_place(scene), "time": cf_time(day["time"].to_numpy())})
    dataset = dataset.assign_coords(
        shell_name=("shell", scene.day["shell"].to_numpy().astype(str), {"long_name": "shell"}),
        satellite_name=("satellite", list(scene.names.values()), {"long_name": "satellite"}),
    )
    dataset["satellite_norad_id"].attrs = {"units": "1", "long_name": "catalogue number"}
    dataset.attrs = _attributes(scene, command, at)
    return dataset


def _cf_variable(name: Hashable, variable: xr.DataArray) -> xr.Variable:
    """Return a variable with the types and words of the conventions."""
    values = variable.to_numpy()
    if np.issubdtype(values.dtype, np.integer):
        values = values.astype(np.int32, casting="same_kind")
    attributes = dict(variable.attrs)
    if name in STANDARD_NAMES:
        attributes["standard_name"] = STANDARD_NAMES[str(name)]
    if "time" in variable.dims:
        attributes["cell_methods"] = "time: point"
    encoding: dict[str, Any] = {"_FillValue": None}
    if name == "serving":
        encoding["_FillValue"] = np.int32(NOBODY)
    elif np.issubdtype(values.dtype, np.floating):
        encoding["_FillValue"] = values.dtype.type(np.nan)
    return xr.Variable(variable.dims, values, attributes, encoding)


def cf_time(times: Times) -> xr.Variable:
    """Return the beginnings of slots as the conventions want them."""
    start = np.datetime_as_string(times[0], unit="us")
    return xr.Variable(
        "time",
        times,
        {
            "standard_name": "time",
            "long_name": "beginning of the slot (UTC)",
            "axis": "T",
            "units_metadata": "leap_seconds: none",
        },
        {
            "units": f"seconds since {start.replace('T', ' ')}",
            "calendar": "standard",
            "dtype": "float64",
            "_FillValue": None,
        },
    )


def _place(scene: Scene) -> dict[str, xr.Variable]:
    place = scene.place
    values = {"lat_deg": place.lat_deg, "lon_deg": place.lon_deg, "height_km": place.height_km}
    coordinates = {
        name: xr.Variable((), float(value[0]), COORDINATES[name], {"_FillValue": None})
        for name, value in values.items()
    }
    station = where(float(place.lat_deg[0]), float(place.lon_deg[0]))
    about = {"cf_role": "timeseries_id", "long_name": "place"}
    return {**coordinates, "station": xr.Variable((), station, about)}


def _attributes(scene: Scene, command: str, at: dt.datetime) -> dict[str, Any]:
    """Return what the dataset says of itself: what it is, from what, and how far to trust it."""
    source, screening, kept = scene.source, scene.screening, scene.screening.kept
    place = where(float(scene.place.lat_deg[0]), float(scene.place.lon_deg[0]))
    epochs = np.datetime_as_string(np.sort(kept.epoch), unit="s")
    left_out = "; ".join(f"{count} {reason}" for reason, count in screening.left_out.items())
    return {
        "Conventions": scene.day.attrs["Conventions"],
        "featureType": "timeSeries",
        "title": f"{scene.operator} over {place}",
        "source": f"leohub {__version__}: {scene.day.attrs['model']}",
        "history": f"{at:%Y-%m-%dT%H:%M:%SZ} leohub {__version__}: {command}",
        "references": REFERENCES,
        "license": f"elements: {source.licence or 'not stated'}",
        **{
            name: value
            for name, value in scene.day.attrs.items()
            if name != "model" and name not in COORDINATES
        },
        "operator": scene.operator,
        **_about("elements", source),
        "elements_epoch_first": f"{epochs[0]}Z",
        "elements_epoch_last": f"{epochs[-1]}Z",
        "elements_age_median_h": screening.age_median_h,
        "elements_age_max_h": screening.age_max_h,
        "elements_satellites": np.int32(screening.total),
        "elements_left_out": left_out or "none",
        **{
            name: value
            for other in scene.others
            for name, value in _about(other.role.replace(" ", "_"), other).items()
        },
        "identity_known_for_h": scene.identity_h,
        "comment": f"{identity(scene)} {limits(scene)}",
    }


def _about(role: str, source: Source) -> dict[str, str]:
    about = {
        "file": source.file,
        "sha256": source.sha256,
        "basis": source.basis,
        "origin": source.origin,
        "date": source.date,
        "notes": "; ".join(source.notes),
    }
    return {f"{role}_{name}": value for name, value in about.items() if value}


def _plain(value: Any) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return an attribute as NetCDF-3 has it: no truth values, no 64-bit integers."""
    return np.int32(value) if isinstance(value, bool | int | np.integer) else value
