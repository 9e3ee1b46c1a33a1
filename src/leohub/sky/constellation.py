"""`Constellation`: satellites as mean elements and their epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from leohub.sky.motion.published import PublishedPositions, join_published

Floats = NDArray[np.float64]

_WHOLE = {"name", "basis", "published"}
"""Fields that are not arrays by satellite."""


@dataclass(frozen=True)
class Constellation:
    """Mean elements of `n` satellites, as SGP4 understands them. Arrays are never changed.

    Attributes
    ----------
    name : str
        The operator or group, e.g. ``"starlink"``.
    basis : str
        ``"measured"`` for elements from tracking, ``"modelled"`` for synthetic shells.
    norad_id : ndarray of int64, shape (n,)
        Catalogue number (any number of digits); synthetic satellites count from 1.
    object_name : ndarray of str, shape (n,)
    shell : ndarray of str, shape (n,)
        ``"53°@460 km"``, or ``"other"``; empty while not identified.
    epoch : ndarray of datetime64[us], shape (n,)
        UTC.
    inclination_deg, raan_deg, eccentricity, arg_perigee_deg, mean_anomaly_deg : ndarray, (n,)
    mean_motion_rev_day : ndarray, shape (n,)
        Kozai mean motion [rev/day].
    bstar : ndarray, shape (n,)
        SGP4 drag term [1/Earth radii].
    published : PublishedPositions, optional
        Where the operator says that its satellites will be, shape (n,). The elements are then
        derived from these positions: they tell the shell of a satellite, not its place.
    """

    name: str
    basis: str
    norad_id: NDArray[np.int64]
    object_name: NDArray[np.str_]
    shell: NDArray[np.str_]
    epoch: NDArray[np.datetime64]
    inclination_deg: Floats
    raan_deg: Floats
    eccentricity: Floats
    arg_perigee_deg: Floats
    mean_anomaly_deg: Floats
    mean_motion_rev_day: Floats
    bstar: Floats
    published: PublishedPositions | None = None

    def __len__(self) -> int:
        return len(self.norad_id)

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Constellation:
        """Return the satellites that a mask or a list of positions picks."""
        arrays = {
            field.name: getattr(self, field.name)[chosen]
            for field in fields(self)
            if field.name not in _WHOLE
        }
        published = None if self.published is None else self.published.select(chosen)
        return Constellation(name=self.name, basis=self.basis, published=published, **arrays)


def join(name: str, parts: Sequence[Constellation]) -> Constellation:
    """Return all satellites of several constellations of one basis, numbered as they come.

    Ids are kept when they stay unique, otherwise they count from 1.

    Raises
    ------
    ValueError
        If some have published positions and others do not.
    """
    arrays = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Constellation)
        if field.name not in _WHOLE
    }
    published = [part.published for part in parts if part.published is not None]
    if published and len(published) != len(parts):
        raise ValueError("some constellations have published positions and others do not")
    whole = Constellation(
        name=name,
        basis=parts[0].basis,
        published=join_published(published) if published else None,
        **arrays,
    )
    if len(np.unique(whole.norad_id)) == len(whole):
        return whole
    return replace(whole, norad_id=np.arange(1, len(whole) + 1, dtype=np.int64))
