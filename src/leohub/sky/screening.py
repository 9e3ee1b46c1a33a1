"""Which satellites of a constellation can carry broadband at a moment, and why others can not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from leohub.errors import Problem
from leohub.sky.constellation import Constellation
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.shells import identify_shells, largest_first, mean_altitude_km

DIRECT_TO_CELL = "direct-to-cell ([DTC] in the name)"


@dataclass(frozen=True)
class Screening:
    """The satellites kept, and a count for each reason to leave one out.

    Attributes
    ----------
    kept : Constellation
        Shells identified.
    total : int
        Satellites in the elements.
    left_out : mapping of str to int
        Reason, in words for the report, → satellites. Sums with ``len(kept)`` to `total`.
    shells : mapping of str to int
        Shell → satellites kept, largest first.
    age_median_h, age_max_h : float
        Age of the kept elements at the moment of screening [h]; 0 for modelled shells.
    """

    kept: Constellation
    total: int
    left_out: Mapping[str, int]
    shells: Mapping[str, int]
    age_median_h: float
    age_max_h: float


def screen(
    constellation: Constellation,
    *,
    at: dt.datetime,
    min_altitude_km: float,
    max_element_age_days: float,
) -> Screening:
    """Keep the satellites that can carry broadband at a moment.

    Left out, in this order and each counted once: direct-to-cell satellites, by name; satellites
    below the operator's working altitude, which are raising or decaying; elements older than
    allowed, or made for a moment as far in the future. The altitude is the mean one; the drag terms
    of the elements are not asked, because a satellite that thrusts makes them meaningless.

    Parameters
    ----------
    constellation : Constellation
    at : datetime
        UTC when without a time zone.
    min_altitude_km : float
        [km]
    max_element_age_days : float
        [days]. Modelled shells have no age.

    Returns
    -------
    Screening
    """
    age_h = (to_datetime64(at) - constellation.epoch) / np.timedelta64(1, "h")
    if constellation.basis == "modelled":
        age_h = np.zeros(len(constellation))
    reasons = {
        DIRECT_TO_CELL: np.char.find(constellation.object_name, "[DTC]") >= 0,
        f"below {min_altitude_km:g} km (raising or decaying)": (
            mean_altitude_km(constellation.mean_motion_rev_day) < min_altitude_km
        ),
        _too_old(max_element_age_days): age_h > 24 * max_element_age_days,
        _too_far_ahead(max_element_age_days): age_h < -24 * max_element_age_days,
    }
    kept = np.ones(len(constellation), dtype=bool)
    left_out = {}
    for reason, hit in reasons.items():
        if count := int((kept & hit).sum()):
            left_out[reason] = count
        kept &= ~hit
    chosen = constellation.select(kept)
    chosen = replace(chosen, shell=identify_shells(chosen))
    ages = np.abs(age_h[kept])
    return Screening(
        kept=chosen,
        total=len(constellation),
        left_out=left_out,
        shells=_count_shells(chosen),
        age_median_h=float(np.median(ages)) if len(ages) else 0.0,
        age_max_h=float(ages.max(initial=0.0)),
    )


def screening_problem(
    screening: Screening, *, file: str, at: dt.datetime, max_element_age_days: float
) -> Problem | None:
    """Return what is wrong with elements of which too little is left to work with.

    Parameters
    ----------
    screening : Screening
        As `screen` made it with the same `at` and `max_element_age_days`.
    file : str
        The elements, as the user named them.
    at : datetime
    max_element_age_days : float

    Returns
    -------
    Problem or None
        When more than half of the satellites have elements that are too old or too far in the
        future, or none is left.
    """
    moment = f"{to_datetime64(at).astype('datetime64[m]')} UTC"
    limit = f"{max_element_age_days:g} days"
    old = screening.left_out.get(_too_old(max_element_age_days), 0)
    ahead = screening.left_out.get(_too_far_ahead(max_element_age_days), 0)
    broadband = old + ahead + len(screening.kept)
    if 2 * (old + ahead) > broadband:
        whose = f"of the {broadband:,} element sets of broadband satellites"
        told = [
            f"{old:,} {whose} are more than {limit} old at {moment}",
            f"{ahead:,} {whose} are for more than {limit} after {moment}",
        ]
        fetch = "Fetch elements of that time" if ahead else "Fetch newer elements"
        return Problem(
            file,
            "",
            "; ".join(words for words, count in zip(told, (old, ahead), strict=True) if count),
            f"{fetch}, or compute a moment nearer to their epochs (start in a study, --at in "
            "leohub sky); positions so far from the epochs are wrong by hundreds of kilometres",
        )
    if not len(screening.kept):
        reasons = "; ".join(f"{count:,} {reason}" for reason, count in screening.left_out.items())
        return Problem(
            file,
            "",
            f"no broadband satellite is left of {screening.total:,}: {reasons}",
            "Check that the elements, the operator and the moment belong together",
        )
    return None


def _too_old(max_element_age_days: float) -> str:
    return f"elements more than {max_element_age_days:g} days old"


def _too_far_ahead(max_element_age_days: float) -> str:
    return f"elements more than {max_element_age_days:g} days in the future"


def _count_shells(constellation: Constellation) -> dict[str, int]:
    names, number = largest_first(constellation.shell)
    sizes = np.bincount(number, minlength=len(names))
    return {str(name): int(size) for name, size in zip(names, sizes, strict=True)}
