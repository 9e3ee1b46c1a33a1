"""Friction surfaces: rasters of the minutes that a metre takes, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from leohub.errors import SHOWN_PER_KIND
from leohub.io.people.raster import PixelMap, opened_raster, read_window
from leohub.io.provenance import InputFile
from leohub.people.catchment.friction import Patch

Floats = NDArray[np.float64]
Mode = Literal["walking", "motor"]

FASTEST_KM_H: dict[Mode, float] = {"walking": 10.0, "motor": 200.0}
"""Nobody walks, or drives, a way to a hub faster than this [km/h]."""

MIN_PER_M_AT_1_KM_H = 0.06
"""Minutes that a metre takes at 1 km/h [min/m]."""

SLOW_MIN_PER_M = 0.2
"""Slower than this, 300 m in an hour, is a swamp or a cliff; a surface that is so for most of its
pixels is not in minutes per metre [min/m]."""

MOST_PIXELS = 60_000_000
"""Pixels of one piece: bounds the memory."""

_NOWHERE = -1e6
"""Row and column of places that the raster's projection does not show."""

_UNIT = "minutes per metre, as in the friction surfaces of the Malaria Atlas Project"


@dataclass(frozen=True)
class Stops:
    """What stops people on a friction surface, besides its own impassable pixels.

    Attributes
    ----------
    water : GeoSeries or None
        Polygons that nobody crosses.
    country : GeoSeries or None
        Regions outside of which nobody walks.
    between : bool
        Whether nobody walks from one of these regions into another either.
    """

    water: gpd.GeoSeries | None = None
    country: gpd.GeoSeries | None = None
    between: bool = False


@dataclass(frozen=True)
class Piece:
    """A piece of the surface, and where it lies in the raster.

    Attributes
    ----------
    patch : Patch
    corner : ndarray, shape (2,)
        Row and column of its upper left corner.
    """

    patch: Patch
    corner: Floats


@dataclass
class FrictionSurface:
    """An open friction surface.

    Attributes
    ----------
    file : InputFile
    mode : str
        ``"walking"`` or ``"motor"``: how fast one can be at all.
    """

    file: InputFile
    mode: Mode
    _map: PixelMap
    _raster: Any
    _pixels: int = 0
    _slow: int = 0
    _shapes: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)

    def position(self, lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Return rows and columns of places in the raster, shape (n, 2); may lie beyond it."""
        position = np.column_stack(self._map.position(lat_deg, lon_deg))
        return np.where(np.isfinite(position), position, _NOWHERE)

    def holds(self, position: Floats) -> NDArray[np.bool_]:
        """Return which positions lie in the raster."""
        size = [self._raster.height, self._raster.width]
        return np.asarray(((position >= 0) & (position < size)).all(axis=1))

    def pixel_m(self, position: Floats) -> Floats:
        """Return how high and wide the pixel at each position is on the ground, (n, 2) [m]."""
        steps = np.concatenate([self._map.step_m(row[None], col) for row, col in position])
        return steps[:, [1, 0]]

    def piece(self, low: Floats, high: Floats, stops: Stops) -> Piece:
        """Read the rows and columns from `low` to `high`, as far as the raster has them.

        Raises
        ------
        InputError
            When they cannot be read, or are too many.
        """
        first = np.maximum(np.floor(low), 0).astype(int)
        end = np.minimum(np.ceil(high), [self._raster.height, self._raster.width]).astype(int)
        rows, cols = (int(number) for number in end - first)
        if rows * cols > MOST_PIXELS:
            raise self.file.error(
                f"its pixels are so small that {rows:,} × {cols:,} of them lie around the places "
                "of one part of the country",
                "Resample it to larger pixels (gdalwarp -tr), or take a smaller radius_km",
            )
        row, col = int(first[0]), int(first[1])
        values = read_window(self.file, self._raster, Window(col, row, cols, rows))
        self._look_at(values, row, col)
        zone = self._zones(stops, row, col, (rows, cols))
        values[zone < 0] = np.nan
        steps = self._map.step_m(np.arange(row, row + rows) + 0.5, col + cols / 2)
        return Piece(Patch(values.astype(np.float32), zone, steps), first.astype(np.float64))

    def raise_if_slow(self) -> None:
        """Raise `InputError` when most of what was read is too slow to be minutes per metre."""
        if self._slow > self._pixels / 2:
            raise self.file.error(
                f"{100 * self._slow / self._pixels:.0f} % of its pixels take more than "
                f"{SLOW_MIN_PER_M:g} minutes per metre, less than 300 m in an hour: this must be "
                "another unit",
                f"Give {_UNIT} (5 km/h is 0.012); from km/h: 0.06 / value",
            )

    def totals(self) -> dict[str, float]:
        """Return figures of what was read, for the source."""
        return {"pixels_read": float(self._pixels), "slow_pixels": float(self._slow)}

    def _look_at(self, values: Floats, first_row: int, first_col: int) -> None:
        """Count pixels, and refuse values that cannot be minutes per metre."""
        self._pixels += int(np.isfinite(values).sum())
        self._slow += int((values > SLOW_MIN_PER_M).sum())
        fastest = FASTEST_KM_H[self.mode]
        wrong = np.argwhere(values < MIN_PER_M_AT_1_KM_H / fastest)
        if not len(wrong):
            return
        self.raise_if_slow()
        problems = self.file.problems()
        remedy = f"Give {_UNIT}; declare what nobody passes as nodata (gdal_edit.py -a_nodata)"
        if self.mode == "walking":
            remedy += ', and set mode = "motor" where people drive'
        for row, col in wrong[:SHOWN_PER_KIND]:
            value = values[row, col]
            speed = f"{MIN_PER_M_AT_1_KM_H / value:,.0f} km/h" if value > 0 else "no time at all"
            problems.add(
                f"pixel row {first_row + row}, column {first_col + col} (from 0)",
                f"{value:.6g} minutes per metre are {speed}, above {fastest:g} km/h",
                remedy,
            )
        if len(wrong) > SHOWN_PER_KIND:
            problems.add("", f"{len(wrong) - SHOWN_PER_KIND:,} more such pixels near them", remedy)
        problems.raise_if_any()

    def _zones(self, stops: Stops, row: int, col: int, size: tuple[int, int]) -> NDArray[np.int32]:
        """Return the zone of each pixel, -1 where nobody walks."""
        zone = np.zeros(size, dtype=np.int32)
        if stops.country is not None:
            region = self._within("country", stops.country, row, col, size)
            zone = (region if stops.between else np.minimum(region, 0)).astype(np.int32)
        if stops.water is not None:
            zone[self._within("water", stops.water, row, col, size) >= 0] = -1
        return zone

    def _within(
        self, name: str, shapes: gpd.GeoSeries, row: int, col: int, size: tuple[int, int]
    ) -> NDArray[np.int64]:
        """Return which shape holds the centre of each pixel, -1 for none."""
        if name not in self._shapes:
            self._shapes[name] = self._map.regions_on_map(shapes)
        return self._map.region_of_pixels(self._shapes[name], row, size, col)


@contextmanager
def opened_friction(file: InputFile, mode: Mode) -> Iterator[FrictionSurface]:
    """Open a friction surface.

    Parameters
    ----------
    file : InputFile
        GeoTIFF (may be .gz) of minutes per metre, in any projection. Where it has no value (nodata,
        masked, NaN) nobody passes.
    mode : str
        ``"walking"`` or ``"motor"``.

    Raises
    ------
    InputError
        When it is not such a raster.
    """
    with opened_raster(file, holds="minutes per metre") as (pixel_map, raster):
        yield FrictionSurface(file, mode, pixel_map, raster)


def group_places(position: Floats, size: Floats) -> Sequence[NDArray[np.intp]]:
    """Return the places of each tile of so many rows and columns, tile by tile."""
    tile = np.floor(position / size).astype(np.int64)
    _, number = np.unique(tile, axis=0, return_inverse=True)
    number = number.reshape(-1)
    order = np.argsort(number, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []
