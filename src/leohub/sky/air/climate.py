"""`Climate`: what the air of a place is like in an average year, and grids that it is read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import within

Floats = NDArray[np.float64]

MAPPED = (
    "rain_rate_001_mm_h",
    "rain_height_km",
    "wet_refractivity",
    "temperature_k",
    "vapour_density_g_m3",
    "cloud_liquid_05_kg_m2",
    "cloud_liquid_10_kg_m2",
    "cloud_liquid_20_kg_m2",
    "cloud_liquid_30_kg_m2",
    "cloud_liquid_50_kg_m2",
)
"""What maps tell: attributes of `Climate`, with the cloud liquid of each percentage of
`leohub.sky.air.p840.CLOUD_PCT` by itself. The pressure follows from the height."""

LOWEST_GROUND_KM = -0.4
"""Maps may show the bottom of a sea; no dry land is much below the shore of the Dead Sea."""

STANDARD_ATMOSPHERE = "standard pressure by ITU-R P.835-6"


@dataclass(frozen=True)
class Climate:
    """The air over places in an average year. Arrays never changed, of one shape save the clouds'.

    Attributes
    ----------
    rain_rate_001_mm_h : ndarray
        Rain rate that is exceeded for 0.01 % of the year [mm/h] (ITU-R P.837).
    rain_height_km : ndarray
        Up to which there is rain, above mean sea level [km] (P.839).
    wet_refractivity : ndarray
        Wet term of the refractivity at the ground, median [N-units] (P.453).
    temperature_k : ndarray
        At the ground, mean [K] (P.1510).
    vapour_density_g_m3 : ndarray
        Water vapour at the ground, median [g/m³] (P.836).
    cloud_liquid_kg_m2 : ndarray, shape (..., 5)
        Cloud liquid above the place, reduced to 0 °C, that is exceeded for 5, 10, 20, 30 and
        50 % of the year [kg/m²] (P.840).
    pressure_hpa : ndarray
        Of the dry air at the place's height [hPa] (P.835).
    """

    rain_rate_001_mm_h: Floats
    rain_height_km: Floats
    wet_refractivity: Floats
    temperature_k: Floats
    vapour_density_g_m3: Floats
    cloud_liquid_kg_m2: Floats
    pressure_hpa: Floats

    @classmethod
    def of_maps(cls, maps: ArrayLike, pressure_hpa: Floats) -> Climate:
        """Return the climate of places, shape (...), by what maps tell of them.

        Parameters
        ----------
        maps : array_like, shape (10, ...)
            In the order of `MAPPED`, in their units.
        pressure_hpa : ndarray, shape (...)
            [hPa]
        """
        rain_rate, rain_height, refractivity, temperature, vapour, *liquid = np.asarray(maps)
        return cls(
            rain_rate_001_mm_h=rain_rate,
            rain_height_km=rain_height,
            wet_refractivity=refractivity,
            temperature_k=temperature,
            vapour_density_g_m3=vapour,
            cloud_liquid_kg_m2=np.stack(liquid, axis=-1),
            pressure_hpa=pressure_hpa,
        )

    @property
    def maps(self) -> Floats:
        """What maps tell of the places, shape (10, ...), in the order of `MAPPED`."""
        *one_by_one, liquid, _ = (getattr(self, field.name) for field in fields(self))
        return np.stack([*one_by_one, *np.moveaxis(liquid, -1, 0)])

    def __len__(self) -> int:
        return len(self.rain_rate_001_mm_h)

    def spread(self, axes: int) -> Climate:
        """Return the same with as many axes of length 1 after those of places, to broadcast.

        The axis of the percentages of clouds stays the last.
        """
        places = self.pressure_hpa.ndim
        return self._each(
            lambda values: values.reshape(
                *values.shape[:places], *[1] * axes, *values.shape[places:]
            )
        )

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Climate:
        """Return the places that a mask, a list of positions or a slice picks."""
        return self._each(lambda values: values[chosen])

    def _each(self, change: Callable[[Floats], Floats]) -> Climate:
        return Climate(*(change(getattr(self, field.name)) for field in fields(self)))


@dataclass(frozen=True)
class ClimateGrid:
    """Maps of the climate on a regular grid. Arrays are never changed.

    Attributes
    ----------
    lat_deg : ndarray, shape (n,)
        Rising [°].
    lon_deg : ndarray, shape (m,)
        Rising [°].
    maps : ndarray, shape (10, n, m)
        In the order of `MAPPED`, in their units.
    altitude_km : ndarray, shape (n, m)
        Of the ground, above mean sea level [km] (ITU-R P.1511).
    """

    lat_deg: Floats
    lon_deg: Floats
    maps: Floats
    altitude_km: Floats

    def at(self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_km: ArrayLike) -> Climate:
        """Return the climate of places, bilinear between the points of the grid.

        Parameters
        ----------
        lat_deg, lon_deg : array_like
            [°]
        height_km : array_like
            Above mean sea level [km]. The pressure is that of the height. Temperature, vapour and
            refractivity stay those of the maps, whose ground is smoother than the real one.

        Returns
        -------
        Climate
            In the shape of the arguments broadcast.

        Raises
        ------
        ValueError
            If a place lies outside the grid, or so high or low that no pressure is stated there.

        Notes
        -----
        Bilinear interpolation: Recommendation ITU-R P.1144-10, annex 1, section 1b.
        """
        lat, lon, height = np.broadcast_arrays(
            *(np.asarray(given, np.float64) for given in (lat_deg, lon_deg, height_km))
        )
        return Climate.of_maps(self._read(self.maps, lat, lon), p835_pressure_hpa(height))

    def ground_km(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Floats:
        """Return how high the ground of places is, bilinear between the points of the grid.

        Parameters
        ----------
        lat_deg, lon_deg : array_like
            [°]

        Returns
        -------
        ndarray, shape of the arguments broadcast
            Above mean sea level [km], nowhere below `LOWEST_GROUND_KM`. It is smoother than the
            real ground: for places whose height nobody has told.

        Raises
        ------
        ValueError
            If a place lies outside the grid.
        """
        lat, lon = np.broadcast_arrays(
            *(np.asarray(given, np.float64) for given in (lat_deg, lon_deg))
        )
        ground = self._read(self.altitude_km, lat, lon)
        return np.asarray(np.maximum(ground, LOWEST_GROUND_KM))

    def _read(self, maps: Floats, lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Return what one or more maps, shape (..., n, m), show at places of one shape."""
        self._refuse_outside(lat_deg, lon_deg)
        row, north = _cell_and_share(self.lat_deg, lat_deg)
        column, east = _cell_and_share(self.lon_deg, lon_deg)
        south_side = _between(maps, row, column, east)
        north_side = _between(maps, row + 1, column, east)
        return np.asarray(south_side + north * (north_side - south_side))

    def _refuse_outside(self, lat_deg: Floats, lon_deg: Floats) -> None:
        south, north = self.lat_deg[[0, -1]]
        west, east = self.lon_deg[[0, -1]]
        inside = (lat_deg >= south) & (lat_deg <= north) & (lon_deg >= west) & (lon_deg <= east)
        if not inside.all():
            raise ValueError(
                f"{np.sum(~inside):,} of {inside.size:,} places lie outside the climate grid "
                f"(latitude {south:g} to {north:g}, longitude {west:g} to {east:g}); the first is "
                f"at latitude {lat_deg[~inside][0]:g}, longitude {lon_deg[~inside][0]:g}"
            )


def p835_pressure_hpa(height_km: ArrayLike) -> Floats:
    """Return the pressure of the air at a height in the mean annual standard atmosphere.

    Parameters
    ----------
    height_km : array_like
        Above mean sea level, -0.5 to 11 [km].

    Returns
    -------
    ndarray, shape of the argument
        [hPa]. The standard atmosphere is dry, so this is taken as the pressure of the dry air.

    Raises
    ------
    ValueError
        If a height is missing or outside.

    Notes
    -----
    Source: Recommendation ITU-R P.835-6 (12/2017), annex 1, section 1.1. The few dry places below
    sea level follow the same layer, which the US Standard Atmosphere 1976 carries on to -5 km.
    """
    height = within(height_km, -0.5, 11.0, name="height_km", model=STANDARD_ATMOSPHERE)
    geopotential_km = 6356.766 * height / (6356.766 + height)
    return np.asarray(1013.25 * (288.15 / (288.15 - 6.5 * geopotential_km)) ** (-34.1632 / 6.5))


def _between(maps: Floats, row: NDArray[np.intp], column: NDArray[np.intp], east: Floats) -> Floats:
    """Return maps on the parallels of `row`, between two meridians."""
    west_end, east_end = maps[..., row, column], maps[..., row, column + 1]
    return np.asarray(west_end + east * (east_end - west_end))


def _cell_and_share(axis: Floats, values: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the step of an axis that each value lies in, and how far along it, 0 to 1."""
    step = np.clip(np.searchsorted(axis, values, side="right") - 1, 0, axis.size - 2)
    return step, (values - axis[step]) / (axis[step + 1] - axis[step])
