"""The climate of any place, from the maps of the recommendations themselves."""

from __future__ import annotations

import hashlib
from importlib import import_module
from importlib.metadata import distribution
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.errors import InputError, Problem
from leohub.io.extras import needs
from leohub.io.provenance import Source
from leohub.sky.air.climate import Climate, p835_pressure_hpa
from leohub.sky.air.p840 import CLOUD_PCT

Floats = NDArray[np.float64]

MAPS = "ITU-R P.837-7, P.839-4, P.453-13, P.1510-1, P.836-6, P.840-7 and P.1511-2"
_MEDIAN_PCT = 50
_OTHERWISE = "give a climate grid that holds the places"


def itur_climate(
    lat_deg: ArrayLike, lon_deg: ArrayLike, height_km: ArrayLike
) -> tuple[Climate, Source]:
    """Return the climate of places as the library ``itur`` reads it from its maps.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (places,)
        [°]
    height_km : array_like, shape (places,)
        Above mean sea level [km]. Vapour and pressure are those of this height; temperature and
        refractivity stay those of the maps.

    Returns
    -------
    climate : Climate
    source : Source
        Basis ``"modelled"``; the hash is of the library's list of its files and their hashes.

    Raises
    ------
    InputError
        When the library is not installed, or the maps say nothing of the clouds of a place, as
        near the North Pole.
    ValueError
        If a height has no standard pressure.
    """
    needs("itur", "itur", what="the climate of places outside the given grid", otherwise=_OTHERWISE)
    lat, lon, height = (
        np.ascontiguousarray(given, dtype=np.float64)
        for given in np.broadcast_arrays(np.atleast_1d(lat_deg), lon_deg, height_km)
    )
    rain_rate = _model("837").rainfall_rate(lat, lon, 0.01)
    rain_height = _model("839").rain_height(lat, lon)
    refractivity = _model("453").map_wet_term_radio_refractivity(lat, lon, _MEDIAN_PCT)
    temperature = _model("1510").surface_mean_temperature(lat, lon)
    vapour = _model("836").surface_water_vapour_density(lat, lon, _MEDIAN_PCT, height)
    clouds = [_model("840").columnar_content_reduced_liquid(lat, lon, pct) for pct in CLOUD_PCT]
    mapped = (rain_rate, rain_height, refractivity, temperature, vapour, *clouds)
    # One place comes out as a bare number.
    maps = [np.atleast_1d(np.asarray(found.value, dtype=np.float64)) for found in mapped]
    climate = Climate.of_maps(maps, p835_pressure_hpa(height))
    _refuse_unknown_clouds(climate, lat, lon)
    return climate, _source(len(climate))


def itur_ground_km(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Floats:
    """Return how high the ground of places is, as the library ``itur`` reads it from its map.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (places,)
        [°]

    Returns
    -------
    ndarray, shape (places,)
        Above mean sea level [km]. The map has points 1/12° apart, so its ground is smoother than
        the real one. The library takes ground below the sea, as at the Dead Sea, to be at 0.

    Raises
    ------
    InputError
        When the library is not installed.

    Notes
    -----
    Source: Recommendation ITU-R P.1511-2 (08/2019).
    """
    needs(
        "itur",
        "itur",
        what="the height of the ground outside the given grid",
        otherwise=_OTHERWISE,
    )
    lat, lon = (
        np.ascontiguousarray(given, dtype=np.float64)
        for given in np.broadcast_arrays(np.atleast_1d(lat_deg), lon_deg)
    )
    ground = _model("1511").topographic_altitude(lat, lon)
    # One place comes out as a bare number.
    return np.atleast_1d(np.asarray(ground.value, dtype=np.float64))


def _model(number: str) -> ModuleType:
    """Return the library's module of a recommendation."""
    return import_module(f"itur.models.itu{number}")


def _refuse_unknown_clouds(climate: Climate, lat_deg: Floats, lon_deg: Floats) -> None:
    unknown = np.isnan(climate.cloud_liquid_kg_m2).any(axis=-1)
    if unknown.any():
        problem = Problem(
            "itur",
            "",
            f"the maps of ITU-R P.840 say nothing of the clouds over {unknown.sum():,} of "
            f"{unknown.size:,} places; the first is at latitude {lat_deg[unknown][0]:g}, longitude "
            f"{lon_deg[unknown][0]:g}",
            "Give a climate grid of your own that holds the places",
        )
        raise InputError([problem])


def _source(places: int) -> Source:
    library = distribution("itur")
    listed = (library.read_text("RECORD") or "").encode()
    return Source(
        role="climate",
        file=f"itur {library.version}",
        sha256=hashlib.sha256(listed).hexdigest(),
        size_bytes=len(listed),
        basis="modelled",
        origin=f"maps of {MAPS}, as read by itur (MIT)",
        totals={"places": float(places)},
    )
