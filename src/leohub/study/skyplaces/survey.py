"""`Survey`: many places for some hours, cut into chunks, and what the chunks come to together.

However it is cut, and wherever and in whichever order the chunks are looked at, the result is the
same to the last bit on processors of one kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.frames import geodetic_to_itrf
from leohub.sky.motion.moments import SLOT_S, Times, slot_times, to_datetime64
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.service import describe
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.tally import Tally, arrange
from leohub.study.skyplaces.chunks import Chunk, Found, Sky, look

Ints = NDArray[np.intp]

PLACES: Final = 2_500
"""Places of a chunk: enough that finding the satellites above them costs little beside."""

HOURS: Final = 6.0
"""Hours of a chunk of which only the sums are kept: a few seconds of work [h]."""

SERIES_HOURS: Final = 1.0
"""Hours of a chunk of which every slot is kept: 12 MB at slots of 15 s [h]."""

VALUES: Final = 70_000
"""Places × slots of a chunk that has all slots: looking ahead takes about 8 kB for each."""


@dataclass(frozen=True)
class Survey:
    """Many places for some hours.

    Attributes
    ----------
    sky : Sky
    places : Places
    times : ndarray of datetime64, shape (slots,)
        Beginnings of the slots.
    step_s : float
        Length of a slot [s].
    groups : tuple of ndarray of int
        Positions of the places that are looked at together; each place is in one group.
    slots_at_once : int
        Slots of a chunk.
    """

    sky: Sky
    places: Places
    times: Times
    step_s: float
    groups: tuple[Ints, ...]
    slots_at_once: int

    @property
    def parts(self) -> int:
        """Chunks that a group has, one after the other."""
        return -(-len(self.times) // self.slots_at_once)

    def chunks(self) -> Iterator[Chunk]:
        """Yield all chunks: group by group, each in the order of time."""
        for group, chosen in enumerate(self.groups):
            places = self.places.select(chosen)
            for first in range(0, len(self.times), self.slots_at_once):
                times = self.times[first : first + self.slots_at_once]
                yield Chunk(group, first, places, times)


def plan_survey(
    constellation: Constellation,
    places: Places,
    rules: Rules,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = SLOT_S,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
    with_series: bool = False,
    places_at_once: int | None = None,
    slots_at_once: int | None = None,
) -> Survey:
    """Cut places and hours into chunks.

    Parameters
    ----------
    constellation, places, rules, start, hours, step_s, gateways, orientation
        As for `leohub.sky.service.day_service`.
    with_series : bool
        Whether every slot is wanted. Groups are then places that follow each other in the list,
        otherwise places that lie together.
    places_at_once : int, optional
        Places of a chunk at most.
    slots_at_once : int, optional
        Slots of a chunk at most. With the policy ``"longest"``, which looks ahead, a chunk has all.
    """
    times = slot_times(to_datetime64(start), hours, step_s, rules.slot_phase_s)
    sky = Sky(Orbits(constellation, orientation), rules, gateways, with_series)
    if rules.policy == "longest":
        slots = len(times)
        most = places_at_once or max(1, VALUES // slots)
    else:
        hours_at_once = SERIES_HOURS if with_series else HOURS
        slots = slots_at_once or max(1, round(hours_at_once * 3600 / step_s))
        most = places_at_once or PLACES
    groups = _in_a_row(len(places), most) if with_series else _together(places, most)
    return Survey(sky, places, times, step_s, groups, min(slots, len(times)))


def look_here(survey: Survey) -> Iterator[Found]:
    """Look at all chunks, one after the other, in this process."""
    for chunk in survey.chunks():
        yield look(survey.sky, chunk)


def gather(
    survey: Survey,
    found: Iterable[Found],
    *,
    keep: Callable[[Found], None] = lambda part: None,
    tick: Callable[[float], None] = lambda share: None,
) -> xr.Dataset:
    """Put together what was found in all chunks of a survey.

    Parameters
    ----------
    survey : Survey
    found : iterable of Found
        In any order. No series is held longer than `keep` needs it.
    keep : callable
        Given every part as it comes.
    tick : callable
        Called with the share done [0..1].

    Returns
    -------
    Dataset
        As `leohub.sky.service.day_service` returns it.

    Raises
    ------
    ValueError
        When a chunk is missing.
    """
    whole: dict[int, Tally] = {}
    begun: dict[int, dict[int, Tally]] = {}
    lost, done = 0, 0
    for done, part in enumerate(found, start=1):
        keep(part)
        tallies = begun.setdefault(part.group, {})
        tallies[part.first] = part.record.tally
        lost = max(lost, part.record.lost)
        if len(tallies) == survey.parts:
            in_time = (tallies[first] for first in sorted(tallies))
            whole[part.group] = reduce(Tally.then, in_time)
            del begun[part.group]
        tick(done / (survey.parts * len(survey.groups)))
    if begun or done < survey.parts * len(survey.groups):
        raise ValueError("some chunks of the survey have not been looked at")
    places, sky = survey.places, survey.sky
    where = {name: getattr(places, name) for name in ("lat_deg", "lon_deg", "height_km")}
    columns = arrange(
        [(group, whole[number]) for number, group in enumerate(survey.groups)]
    ).columns(survey.step_s)
    dataset = xr.Dataset({name: ("place", values) for name, values in (where | columns).items()})
    return describe(
        dataset,
        sky.orbits.constellation,
        sky.rules,
        survey.times,
        survey.step_s,
        sky.gateways,
        sky.orbits.orientation,
        lost,
    )


def _in_a_row(count: int, most: int) -> tuple[Ints, ...]:
    return tuple(np.arange(first, min(first + most, count)) for first in range(0, count, most))


def _together(places: Places, most: int) -> tuple[Ints, ...]:
    """Return groups of places that lie together: halved along the widest axis until small enough.

    Fewer satellites come into view of such a group, and more of them are the same for all of it.
    """
    position = geodetic_to_itrf(places.lat_deg, places.lon_deg, places.height_km)
    groups: list[Ints] = []
    left = [np.arange(len(places))]
    while left:
        chosen = left.pop()
        if len(chosen) <= most:
            groups.append(chosen)
            continue
        axis = int(np.argmax(np.ptp(position[chosen], axis=0)))
        half = len(chosen) // 2
        order = np.argpartition(position[chosen, axis], half)
        left += [chosen[order[:half]], chosen[order[half:]]]
    return tuple(groups)
