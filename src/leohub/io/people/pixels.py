"""Pixels with people, and those that hold impossible numbers of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SHOWN_PER_KIND
from leohub.io.people.densities import DENSEST_PER_KM2
from leohub.io.people.raster import PixelMap, RowBand
from leohub.io.provenance import InputFile


@dataclass(frozen=True)
class Pixels:
    """Pixels with people.

    Attributes
    ----------
    row, col : ndarray of int, shape (n,)
        In the raster, counted from 0.
    lat_deg, lon_deg : ndarray, shape (n,)
        Of their centres [°].
    people : ndarray, shape (n,)
        Never 0; negative where the raster is wrong.
    """

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    people: NDArray[np.float64]


def populated(band: RowBand, pixel_map: PixelMap) -> Pixels:
    """Return the pixels of a band of rows that are neither without value nor 0."""
    row, col = np.nonzero(np.nan_to_num(band.values, nan=0.0))
    people = band.values[row, col]
    row = row + band.first_row
    lat_deg, lon_deg = pixel_map.place(row + 0.5, col + 0.5)
    return Pixels(row, col, lat_deg, lon_deg, people)


class WrongPixels:
    """Collects pixels that hold fewer people than none or more than can live there."""

    def __init__(self, pixel_map: PixelMap) -> None:
        self._pixel_map = pixel_map
        self._shown: list[tuple[str, str]] = []
        self._count = 0

    def add(self, pixels: Pixels) -> None:
        """Note the wrong ones among these."""
        wrong = pixels.people < 0
        limit = self._cautious_limit(pixels)
        dense = np.flatnonzero(pixels.people > limit)
        _, area_km2 = self._pixel_map.size_km(pixels.row[dense] + 0.5, pixels.col[dense] + 0.5)
        wrong[dense] = pixels.people[dense] > DENSEST_PER_KM2 * area_km2
        self._count += int(wrong.sum())
        for pixel in np.flatnonzero(wrong)[: SHOWN_PER_KIND - len(self._shown)]:
            people = pixels.people[pixel]
            self._shown.append(
                (
                    f"pixel row {pixels.row[pixel]}, column {pixels.col[pixel]} (from 0; lat "
                    f"{pixels.lat_deg[pixel]:.5f}, lon {pixels.lon_deg[pixel]:.5f})",
                    f"{people:,.10g} people "
                    + ("is negative" if people < 0 else "is more than can live there"),
                )
            )

    def raise_if_any(self, file: InputFile) -> None:
        """Raise `InputError` with the first of them and the number of the others."""
        problems = file.problems()
        remedy = (
            "The raster must hold people per pixel; if the value means that there is none, declare "
            "it as nodata (gdal_edit.py -a_nodata)"
        )
        for where, message in self._shown:
            problems.add(where, message, remedy)
        if self._count > len(self._shown):
            problems.add("", f"{self._count - len(self._shown):,} more such pixels", remedy)
        problems.raise_if_any()

    def _cautious_limit(self, pixels: Pixels) -> float:
        """Return a number of people that fits into half the smallest of a sample of the pixels.

        Pixels change their size slowly, so that only those above it need their own area.
        """
        sample = slice(None, None, max(len(pixels.row) // 1000, 1))
        _, area_km2 = self._pixel_map.size_km(pixels.row[sample] + 0.5, pixels.col[sample] + 0.5)
        finite = area_km2[np.isfinite(area_km2)]
        return DENSEST_PER_KM2 * float(finite.min()) / 2 if len(finite) else 0.0
