"""People from a population raster, in any projection."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.io.people.pixels import Pixels, WrongPixels, populated
from leohub.io.people.raster import PixelMap, opened
from leohub.io.provenance import InputFile, Source
from leohub.people.cells import cells_at
from leohub.people.placing import region_at

PARTS_PER_EDGE = 2
"""A part of a split pixel is no wider than the edge of a cell divided by this, so that ten parts
or more fall into a cell: its area is 2.6 edges squared."""

BATCH_PARTS = 1_000_000
"""Parts of pixels that are given to cells at once: bounds the memory."""


def read_people_grid(
    file: InputFile,
    regions: gpd.GeoDataFrame,
    *,
    resolution: int,
    snap_km: float,
    tick: Callable[[float], None] | None = None,
) -> tuple[pd.DataFrame, Source]:
    """Read a population raster and gather its people into H3 cells; none is lost or added.

    A pixel belongs to the region that holds its centre, or else to the nearest one within
    `snap_km`. Its people are spread evenly over its area: it is split into k × k equal parts, k
    the smallest number that makes the parts no wider than half the edge of a cell, and each part
    goes to the cell that holds the part's centre.

    Parameters
    ----------
    file : InputFile
        GeoTIFF (may be .gz) with people per pixel in one band, in any projection. Pixels that are
        nodata, masked or NaN hold nobody.
    regions : GeoDataFrame
        As returned by `leohub.io.regions.read_regions`.
    resolution : int
        H3 resolution of the cells.
    snap_km : float
        How far outside every region a pixel's centre may lie [km]. Beyond, its people are left
        out and counted.
    tick : callable, optional
        Called with the share of the work done, from 0 to 1.

    Returns
    -------
    people : DataFrame
        Columns `h3` (uint64), `region_code`, `people`, one row for each pair of cell and region,
        ordered by both.
    source : Source
        Totals: pixels (with people), people_in_file, people_inside (in the regions, with those
        snapped), people_snapped, people_left_out, cells.

    Raises
    ------
    InputError
        When the file is not such a raster, has no CRS, holds negative or impossible numbers of
        people, or none of its people live in the regions.
    """
    tally = _Tally()
    parts: list[pd.DataFrame] = []
    with opened(file) as (pixel_map, bands):
        wrong = WrongPixels(pixel_map)
        shapes = pixel_map.regions_on_map(regions)
        for band in bands:
            pixels = populated(band, pixel_map)
            wrong.add(pixels)
            numbers = pixel_map.region_of_pixels(shapes, band.first_row, band.values.shape)
            in_polygon = numbers[pixels.row - band.first_row, pixels.col]
            region, snapped = _regions_of(pixels, in_polygon, regions, snap_km)
            tally.add(pixels.people, region, snapped)
            parts += _parts_in_cells(pixels, region, pixel_map, resolution)
            if tick is not None:
                tick(band.done)
    if not parts:
        # Told before wrong pixels: where the map is wrong, so is what is said of its pixels.
        raise file.error(
            f"none of the {tally.people_in_file:,.0f} people in the raster live in the regions",
            "Check that its coordinate reference system (CRS) is right and that it is of this "
            "country",
        )
    wrong.raise_if_any(file)
    people = _summed(parts)
    people.insert(1, "region_code", regions.index.to_numpy()[people.pop("region")])
    totals = tally.totals() | {"cells": float(people["h3"].nunique())}
    return people, file.source("people", totals=totals, notes=tally.notes(snap_km))


@dataclass
class _Tally:
    """What became of the people in the raster."""

    pixels: int = 0
    people_in_file: float = 0.0
    people_inside: float = 0.0
    pixels_snapped: int = 0
    people_snapped: float = 0.0
    pixels_left_out: int = 0

    def add(
        self,
        people: NDArray[np.float64],
        region: NDArray[np.int64],
        snapped: NDArray[np.bool_],
    ) -> None:
        self.pixels += len(people)
        self.people_in_file += float(people.sum())
        self.people_inside += float(people[region >= 0].sum())
        self.pixels_snapped += int(snapped.sum())
        self.people_snapped += float(people[snapped].sum())
        self.pixels_left_out += int((region < 0).sum())

    def totals(self) -> dict[str, float]:
        return {
            "pixels": float(self.pixels),
            "people_in_file": self.people_in_file,
            "people_inside": self.people_inside,
            "people_snapped": self.people_snapped,
            "people_left_out": self.people_in_file - self.people_inside,
        }

    def notes(self, snap_km: float) -> tuple[str, ...]:
        notes: list[str] = []
        if self.pixels_snapped:
            notes.append(
                f"{self.pixels_snapped:,} pixels with {self.people_snapped:,.0f} people outside "
                f"every region were counted in the nearest one, within {snap_km:g} km"
            )
        if self.pixels_left_out:
            left_out = self.people_in_file - self.people_inside
            notes.append(
                f"{self.pixels_left_out:,} pixels with {left_out:,.0f} people further outside "
                "were left out"
            )
        return tuple(notes)


def _regions_of(
    pixels: Pixels, in_polygon: NDArray[np.int64], regions: gpd.GeoDataFrame, snap_km: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the region of each pixel (-1 for none) and whether it was snapped to it."""
    region = in_polygon.copy()
    snapped = np.zeros(len(region), dtype=np.bool_)
    west, south, east, north = regions.total_bounds
    # One degree of latitude is 110.6 km or more; of longitude at least that times its cosine.
    margin_lat = snap_km / 110
    margin_lon = margin_lat / np.cos(np.radians(min(max(-south, north) + margin_lat, 89)))
    near = np.flatnonzero(
        (region < 0)
        & (np.abs(pixels.lat_deg - (south + north) / 2) <= (north - south) / 2 + margin_lat)
        & (np.abs(pixels.lon_deg - (west + east) / 2) <= (east - west) / 2 + margin_lon)
    )
    if snap_km > 0 and len(near):
        region[near], snapped[near] = region_at(
            pixels.lat_deg[near], pixels.lon_deg[near], regions.geometry, snap_km=snap_km
        )
    return region, snapped


def _parts_in_cells(
    pixels: Pixels, region: NDArray[np.int64], pixel_map: PixelMap, resolution: int
) -> Iterator[pd.DataFrame]:
    """Split the pixels that lie in regions into parts; yield their people by cell and region."""
    inside = np.flatnonzero(region >= 0)
    if not len(inside):
        return
    sample = inside[:: max(len(inside) // 1000, 1)]
    side_km, _ = pixel_map.size_km(pixels.row[sample] + 0.5, pixels.col[sample] + 0.5)
    edge_km = h3.average_hexagon_edge_length(resolution, unit="km")
    k = max(math.ceil(float(side_km.max()) * PARTS_PER_EDGE / edge_km), 1)
    offset = (np.arange(k) + 0.5) / k
    down, right = (grid.ravel() for grid in np.meshgrid(offset, offset, indexing="ij"))
    step = max(BATCH_PARTS // k**2, 1)
    for start in range(0, len(inside), step):
        batch = inside[start : start + step]
        lat_deg, lon_deg = pixel_map.place(
            (pixels.row[batch, None] + down).ravel(), (pixels.col[batch, None] + right).ravel()
        )
        yield _summed(
            [
                pd.DataFrame(
                    {
                        "h3": cells_at(lat_deg, lon_deg, resolution),
                        "region": np.repeat(region[batch], k**2),
                        "people": np.repeat(pixels.people[batch] / k**2, k**2),
                    }
                )
            ]
        )


def _summed(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts).groupby(["h3", "region"], as_index=False)[["people"]].sum()
