"""Rasters: how their pixels lie on the Earth, and what is in them, band of rows by band of rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.features import rasterize
from rasterio.windows import Window

from leohub.constants import WGS84_A_KM, WGS84_E2
from leohub.io.provenance import InputFile
from leohub.io.regions.polygons import EDGE_DEG, WGS84, not_on_earth

BAND_PIXELS = 2_000_000
"""Pixels read at once. Rows are read whole, because that is how rasters are stored."""


@dataclass(frozen=True)
class RowBand:
    """Some rows of a raster.

    Attributes
    ----------
    first_row : int
        Of the raster, counted from 0.
    values : ndarray of float, shape (n_rows, width)
        NaN where the raster has no value.
    done : float
        Share of the raster that has been read with these rows, from 0 to 1.
    """

    first_row: int
    values: NDArray[np.float64]
    done: float


class PixelMap:
    """Where the pixels of a raster lie on the Earth.

    Positions are fractional rows and columns counted from 0 at the upper left corner of the
    raster; the centre of its first pixel is (0.5, 0.5).
    """

    def __init__(self, transform: Affine, crs: CRS) -> None:
        self._transform = transform
        self._crs = crs
        same = crs.equals(WGS84, ignore_axis_order=True)
        self._to_wgs84 = None if same else Transformer.from_crs(crs, WGS84, always_xy=True)

    def place(
        self, row: NDArray[np.floating], col: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitude and longitude [°] of positions; infinite where the map has no Earth."""
        x, y = self._on_map(row, col)
        if self._to_wgs84 is not None:
            x, y = self._to_wgs84.transform(x, y)
        return y, x

    def position(
        self, lat_deg: NDArray[np.floating], lon_deg: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return rows and columns of places [°]; infinite where the map has no place for them."""
        x, y = lon_deg, lat_deg
        if self._to_wgs84 is not None:
            x, y = self._to_wgs84.transform(x, y, direction="INVERSE")
        t = ~self._transform
        return t.d * x + t.e * y + t.f, t.a * x + t.b * y + t.c

    def step_m(self, row: NDArray[np.floating], col: float) -> NDArray[np.float64]:
        """Return how far it is on the ground from pixels to their neighbours, shape (n, 3) [m].

        From the centre of the pixels at these rows and one column to the next one along the row,
        down the column, and diagonally down it.
        """
        cols = np.full(len(row), float(col))
        lat, _ = self.place(row, cols)
        steps = [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
        away = [self._across(lat, row, cols, row + down, cols + right) for down, right in steps]
        return np.column_stack([1000 * np.hypot(north, east) for north, east in away])

    def size_km(
        self, row: NDArray[np.floating], col: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the longer side [km] and the area [km²] of the pixels around positions.

        From the ground vectors across the pixel, with the WGS 84 radii of curvature at its centre.
        """
        lat, _ = self.place(row, col)
        north_a, east_a = self._across(lat, row, col - 0.5, row, col + 0.5)
        north_b, east_b = self._across(lat, row - 0.5, col, row + 0.5, col)
        side = np.maximum(np.hypot(north_a, east_a), np.hypot(north_b, east_b))
        return side, np.abs(north_a * east_b - east_a * north_b)

    def _on_map(
        self, row: NDArray[np.floating | np.integer], col: NDArray[np.floating | np.integer]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of positions in the raster's own projection."""
        t = self._transform
        return t.a * col + t.b * row + t.c, t.d * col + t.e * row + t.f

    def _across(
        self, lat_deg: NDArray[np.float64], *ends: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the ground vector (north, east) [km] between two positions near a latitude."""
        lat_a, lon_a = self.place(ends[0], ends[1])
        lat_b, lon_b = self.place(ends[2], ends[3])
        w2 = 1 - WGS84_E2 * np.sin(np.radians(lat_deg)) ** 2
        north = np.radians(lat_b - lat_a) * WGS84_A_KM * (1 - WGS84_E2) / w2**1.5
        east = np.radians(lon_b - lon_a) * WGS84_A_KM * np.cos(np.radians(lat_deg)) / np.sqrt(w2)
        return north, east

    def regions_on_map(self, regions: gpd.GeoDataFrame | gpd.GeoSeries) -> list[tuple[Any, int]]:
        """Return the regions' polygons on the raster's map, each with its number from 1.

        Regions that have no place on the map are left out: no pixel can lie in them.
        """
        shapes = regions.geometry
        if self._to_wgs84 is not None:
            shapes = shapes.set_crs(WGS84).segmentize(EDGE_DEG).to_crs(self._crs)
        finite = np.isfinite(shapes.bounds.to_numpy()).all(axis=1)
        return [
            (shape, number)
            for number, (shape, on_map) in enumerate(zip(shapes, finite, strict=True), start=1)
            if on_map
        ]

    def region_of_pixels(
        self,
        shapes: list[tuple[Any, int]],
        first_row: int,
        size: tuple[int, int],
        first_col: int = 0,
    ) -> NDArray[np.int64]:
        """Return which region holds the centre of each pixel of a window, -1 for none."""
        corner_row, corner_col = np.indices((2, 2)) * np.reshape(size, (2, 1, 1))
        x, y = self._on_map(corner_row + first_row, corner_col + first_col)
        frame = shapely.box(x.min(), y.min(), x.max(), y.max())
        near = [(shape, number) for shape, number in shapes if shape.intersects(frame)]
        if not near:
            return np.full(size, -1, dtype=np.int64)
        t = self._transform
        transform = Affine(t.a, t.b, float(x[0, 0]), t.d, t.e, float(y[0, 0]))
        burned = rasterize(near, out_shape=size, transform=transform, fill=0, dtype="int32")
        return np.asarray(burned, dtype=np.int64) - 1


@contextmanager
def opened(file: InputFile) -> Iterator[tuple[PixelMap, Iterator[RowBand]]]:
    """Open a raster with people per pixel; give its map and its rows.

    Parameters and errors as for `opened_raster`.
    """
    with opened_raster(file, holds="people per pixel") as (pixel_map, raster):
        yield pixel_map, _bands(file, raster)


@contextmanager
def opened_raster(file: InputFile, *, holds: str) -> Iterator[tuple[PixelMap, Any]]:
    """Open a raster with one value per pixel; give its map and the raster itself.

    Parameters
    ----------
    file : InputFile
        Any raster that GDAL reads with rows and columns; may be ``.gz``.
    holds : str
        What its band must hold, for the remedy.

    Raises
    ------
    InputError
        When it cannot be read, has more than one band, or does not say where on Earth it lies.
    """
    with file.unpacked() as path, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            raster = rasterio.open(path)
        except RasterioIOError:
            raise file.error("cannot be read as a raster", "Give a GeoTIFF") from None
        with raster:
            if raster.count != 1:
                raise file.error(
                    f"the raster has {raster.count} bands",
                    f"Extract the one with {holds} (gdal_translate -b)",
                )
            if raster.crs is None or raster.transform.is_identity:
                missing = "coordinate reference system (CRS)" if raster.crs is None else "position"
                raise file.error(
                    f"the raster does not say its {missing}",
                    "Set it (gdal_edit.py -a_srs EPSG:… and -a_ullr …) or fetch the file again",
                )
            yield _pixel_map(file, raster), raster


def _pixel_map(file: InputFile, raster: Any) -> PixelMap:  # noqa: ANN401
    area = raster.transform.determinant
    if not (np.isfinite(tuple(raster.transform)).all() and area != 0):
        raise file.error(
            "the raster's pixels have no size, so that it has no place on Earth",
            "Set its corners (gdal_edit.py -a_ullr …) or fetch the file again",
        )
    crs = CRS.from_wkt(raster.crs.to_wkt())
    try:
        return PixelMap(raster.transform, crs)
    except ProjError as error:
        raise file.error(
            not_on_earth(crs, error), "Set the right one (gdal_edit.py -a_srs EPSG:…)"
        ) from None


def _bands(file: InputFile, raster: Any) -> Iterator[RowBand]:  # noqa: ANN401
    block = raster.block_shapes[0][0]
    rows = max(BAND_PIXELS // raster.width // block, 1) * block
    for first in range(0, raster.height, rows):
        count = min(rows, raster.height - first)
        values = read_window(file, raster, Window(0, first, raster.width, count))
        yield RowBand(first, values, (first + count) / raster.height)


def read_window(file: InputFile, raster: Any, window: Window) -> NDArray[np.float64]:  # noqa: ANN401
    """Return the values of some rows and columns of a raster, NaN where it has none.

    Raises
    ------
    InputError
        When they cannot be read.
    """
    try:
        stored = raster.read(1, window=window, masked=True)
    except RasterioIOError:
        raise file.error(
            f"the raster is damaged or incomplete after row {window.row_off}", "Fetch it again"
        ) from None
    return np.asarray(
        stored.astype(np.float64).filled(np.nan) * raster.scales[0] + raster.offsets[0]
    )
