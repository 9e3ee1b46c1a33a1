"""Which satellites are joined by lasers: the +Grid, by number or from where the satellites fly.

In a +Grid every satellite has four lasers: to the next and the previous one in its plane, and to
one in each neighbouring plane. Where satellites are numbered plane by plane, as `walker` numbers
them, the links follow from the numbers alone. Where they are not, as in the elements of real
satellites, planes are told by their nodes and seats by the argument of latitude. That is a guess at
what an operator does: no operator publishes which of its satellites are joined.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from leohub.sky.constellation import Constellation
from leohub.sky.motion import sgp4
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.shells import OTHER, identify_shells

Floats = NDArray[np.float64]
Links = NDArray[np.intp]

PLANE_GAP_DEG = 2.0
"""Satellites of one plane have nodes no further apart than this, one to the next [°]. In the
Starlink elements of 22 August 2026 nodes within a plane spread over about a degree, planes of the
43° shell stand 3.6° apart, and those of the 53° shells, which were moving, run into each other. Of
0.7, 1, 1.5 and 2° this value left the fewest satellites with less than three lasers."""


def grid_by_number(planes: int, per_plane: int, *, shift: int = 0, first: int = 0) -> Links:
    """Return the +Grid of a shell whose satellites are numbered plane by plane.

    Parameters
    ----------
    planes, per_plane : int
        The last plane neighbours the first, and the last satellite of a plane its first.
    shift : int
        Seat `j` is joined to seat `j + shift` of the next plane.
    first : int
        Number of the shell's first satellite, where other shells stand before it.

    Returns
    -------
    ndarray of int, shape (links, 2)
        The smaller number first, ascending, each link once.
    """
    plane, seat = np.divmod(np.arange(planes * per_plane), per_plane)
    here = plane * per_plane + seat
    along = plane * per_plane + (seat + 1) % per_plane
    across = (plane + 1) % planes * per_plane + (seat + shift) % per_plane
    return first + _each_once(
        np.concatenate([np.stack([here, along], axis=1), np.stack([here, across], axis=1)])
    )


def grid_links(
    constellation: Constellation,
    at: dt.datetime,
    *,
    equipped: NDArray[np.bool_] | None = None,
    plane_gap_deg: float = PLANE_GAP_DEG,
) -> Links:
    """Return the +Grid of each shell, as the satellites stand at a moment.

    In a plane each satellite is joined to the next. Between neighbouring planes satellites are
    joined in pairs, so that they are as near to each other as can be in the mean over a revolution;
    where one plane has more satellites than the other, some stay without. There are no lasers
    between shells, and none for satellites whose shell is `leohub.sky.shells.OTHER`. Links that are
    too long, or graze the atmosphere, at one moment or always, are in the list too: `LinkRules`
    tells which carry traffic when.

    Parameters
    ----------
    constellation : Constellation
        Shells are identified when they are not.
    at : datetime
        UTC when without a time zone.
    equipped : ndarray of bool, shape (n,), optional
        Which satellites have lasers; all when not given. The others are passed over.
    plane_gap_deg : float
        A plane ends where the next node is further away than this [°].

    Returns
    -------
    ndarray of int, shape (links, 2)
        Positions in the constellation, the smaller first, ascending, each link once.

    Notes
    -----
    The real links of an operator are not published, and they change. Nodes and arguments of
    latitude move from the epochs of the elements at the secular rates of SGP4, without drag.
    """
    shell = constellation.shell
    if (shell == "").all():
        shell = identify_shells(constellation)
    node_deg, latitude_deg = _mean_angles(constellation, at)
    known = np.isfinite(node_deg) & np.isfinite(latitude_deg)
    known &= np.ones(len(shell), dtype=bool) if equipped is None else equipped
    links = [np.empty((0, 2), dtype=np.intp)]
    for name in np.unique(shell[known & (shell != OTHER)]):
        chosen = np.flatnonzero(known & (shell == name))
        tilt_rad = np.radians(constellation.inclination_deg[chosen].mean())
        planes = [
            part[np.argsort(latitude_deg[part], kind="stable")]
            for part in _planes(chosen, node_deg[chosen], plane_gap_deg)
        ]
        links += [np.stack([plane, np.roll(plane, -1)], axis=1) for plane in planes]
        links += [
            _pairs(plane, following, node_deg, latitude_deg, tilt_rad)
            for plane, following in zip(planes, planes[1:] + planes[:1], strict=True)
        ]
    return _each_once(np.concatenate(links))


def _each_once(links: Links) -> Links:
    """Return links sorted, without repeats and without satellites joined to themselves."""
    ordered = np.unique(np.sort(links, axis=1), axis=0)
    return np.asarray(ordered[ordered[:, 0] != ordered[:, 1]])


def _mean_angles(constellation: Constellation, at: dt.datetime) -> tuple[Floats, Floats]:
    """Return node and mean argument of latitude at a moment, in [0, 360) [°]."""
    with np.errstate(all="ignore"):  # orbits that the theory is not for may come out as anything
        coefficients = sgp4.prepare(constellation)
    columns = dict(zip(sgp4.COEFFICIENTS, coefficients.T, strict=True))
    minutes = (to_datetime64(at) - constellation.epoch) / np.timedelta64(1, "m")
    node = columns["nodeo"] + columns["nodedot"] * minutes
    latitude = columns["argpo"] + columns["mo"] + (columns["argpdot"] + columns["mdot"]) * minutes
    return np.degrees(node) % 360.0, np.degrees(latitude) % 360.0


def _planes(chosen: Links, node_deg: Floats, gap_deg: float) -> list[Links]:
    """Return satellites by plane, in the order of the nodes around the equator."""
    order = np.argsort(node_deg, kind="stable")
    node = node_deg[order]
    begins = np.flatnonzero(np.diff(node, prepend=node[-1] - 360.0) > gap_deg)
    if not len(begins):
        return [chosen]
    # Turned so that the plane which lies across 0° is in one piece.
    turned = np.roll(chosen[order], -begins[0])
    return np.split(turned, begins[1:] - begins[0])


def _pairs(
    plane: Links, following: Links, node_deg: Floats, latitude_deg: Floats, tilt_rad: float
) -> Links:
    """Return the links from one plane to the next: the pairs that are the nearest, all together.

    How near is the mean over a revolution of the cosine of the angle between two satellites at the
    Earth's centre, both on circular orbits of the same inclination.
    """
    turn = np.radians(node_deg[following] - node_deg[plane][:, None])
    ahead = np.radians(latitude_deg[following] - latitude_deg[plane][:, None])
    cos_tilt = np.cos(tilt_rad)
    straight = (1 + cos_tilt**2) * np.cos(turn) + np.sin(tilt_rad) ** 2
    aslant = 2 * cos_tilt * np.sin(turn)
    nearness = (np.cos(ahead) * straight - np.sin(ahead) * aslant) / 2
    here, there = linear_sum_assignment(nearness, maximize=True)
    return np.stack([plane[here], following[there]], axis=1)
