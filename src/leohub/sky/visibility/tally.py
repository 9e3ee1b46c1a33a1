"""`Tally`: what many slots come to for each place.

Tallies of consecutive slots can be put together, in any grouping, and give exactly the tally of all
of them: sums are kept as integers, and gaps that reach over the seam are remembered at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import compiled, inlined
from leohub.sky.visibility.flight import Seen

Ints = NDArray[np.int64]

_PER_DEG = 1e6
_PER_KM = 1e3


@dataclass(frozen=True)
class Gaps:
    """Runs of slots without a satellite; arrays of shape (places,), in slots.

    Attributes
    ----------
    runs : ndarray of int
        How many there are.
    longest : ndarray of int
    leading, trailing : ndarray of int
        Those at the beginning and at the end.
    """

    runs: Ints
    longest: Ints
    leading: Ints
    trailing: Ints

    def then(self, later: Gaps, slots: int, later_slots: int) -> Gaps:
        """Return the gaps of these slots and the later ones together."""
        over_seam = self.trailing + later.leading
        return Gaps(
            runs=self.runs + later.runs - ((self.trailing > 0) & (later.leading > 0)),
            longest=np.maximum(np.maximum(self.longest, later.longest), over_seam),
            leading=np.where(self.leading == slots, over_seam, self.leading),
            trailing=np.where(later.trailing == later_slots, over_seam, later.trailing),
        )


@dataclass(frozen=True)
class Tally:
    """What consecutive slots come to; arrays of shape (places,).

    Attributes
    ----------
    slots : int
    in_view_sum, usable_sum : ndarray of int
        Satellites, over the slots.
    in_view_min, usable_min : ndarray of int
    served : ndarray of int
        Slots with a serving satellite.
    elevation_sum, range_sum : ndarray of int
        Of the serving satellite [10⁻⁶ °, m].
    handovers : ndarray of int
        Slots that another satellite serves than the slot before.
    first, last : ndarray of int
        The satellites that serve the first and the last slot, or -1.
    unseen, unusable : Gaps
        Without a satellite in view; without a usable one.
    """

    slots: int
    in_view_sum: Ints
    usable_sum: Ints
    in_view_min: Ints
    usable_min: Ints
    served: Ints
    elevation_sum: Ints
    range_sum: Ints
    handovers: Ints
    first: Ints
    last: Ints
    unseen: Gaps
    unusable: Gaps

    def then(self, later: Tally) -> Tally:
        """Return the tally of these slots and the later ones together."""
        seam = (self.last >= 0) & (later.first >= 0) & (self.last != later.first)
        return Tally(
            slots=self.slots + later.slots,
            in_view_min=np.minimum(self.in_view_min, later.in_view_min),
            usable_min=np.minimum(self.usable_min, later.usable_min),
            handovers=self.handovers + later.handovers + seam,
            first=self.first,
            last=later.last,
            unseen=self.unseen.then(later.unseen, self.slots, later.slots),
            unusable=self.unusable.then(later.unusable, self.slots, later.slots),
            **{name: getattr(self, name) + getattr(later, name) for name in _SUMS},
        )

    def columns(self, step_s: float) -> dict[str, NDArray[Any]]:
        """Return the figures of each place, by the names of `data/dictionary.csv`."""
        with np.errstate(invalid="ignore"):
            elevation_deg = self.elevation_sum / (_PER_DEG * self.served)
            range_km = self.range_sum / (_PER_KM * self.served)
        return {
            "in_view_mean": self.in_view_sum / self.slots,
            "in_view_min": self.in_view_min.astype(np.int32),
            "usable_mean": self.usable_sum / self.slots,
            "usable_min": self.usable_min.astype(np.int32),
            "longest_gap_in_view_s": self.unseen.longest * step_s,
            "longest_gap_s": self.unusable.longest * step_s,
            "outages": self.unusable.runs.astype(np.int32),
            "usable_pct": 100 * self.served / self.slots,
            "handovers": self.handovers.astype(np.int32),
            "serving_elevation_mean_deg": elevation_deg,
            "serving_range_mean_km": range_km,
        }


_SUMS = ("in_view_sum", "usable_sum", "served", "elevation_sum", "range_sum")


def tally(seen: Seen) -> Tally:
    """Return what a block comes to, in its own order of the places."""
    rows = np.zeros((_COUNTED, seen.in_view.shape[1]), dtype=np.int64)
    _count(seen, rows)
    gaps = [Gaps(*rows[_GAP_ROW + 4 * k : _GAP_ROW + 4 * (k + 1)]) for k in range(2)]
    return Tally(
        slots=len(seen.in_view),
        unseen=gaps[0],
        unusable=gaps[1],
        **dict(zip(_ROWS, rows, strict=False)),
    )


def arrange(parts: Sequence[tuple[NDArray[np.intp], Tally]]) -> Tally:
    """Return the tallies of several groups of places as one, in the order of the places.

    Parameters
    ----------
    parts : sequence of (ndarray of int, Tally)
        Which of all places stands at each position of a tally, and the tally.
    """
    order = np.concatenate([places for places, _ in parts])

    def put(arrays: Iterable[Ints]) -> Ints:
        values = np.concatenate(list(arrays))
        arranged = np.empty_like(values)
        arranged[order] = values
        return arranged

    def put_gaps(name: str) -> Gaps:
        each = [getattr(one, name) for _, one in parts]
        names = [field.name for field in fields(Gaps)]
        return Gaps(*(put(getattr(gaps, name) for gaps in each) for name in names))

    return Tally(
        slots=parts[0][1].slots,
        unseen=put_gaps("unseen"),
        unusable=put_gaps("unusable"),
        **{name: put(getattr(one, name) for _, one in parts) for name in _ROWS},
    )


_ROWS = tuple(
    field.name for field in fields(Tally) if field.name not in {"slots", "unseen", "unusable"}
)
_GAP_ROW = len(_ROWS)
_COUNTED = _GAP_ROW + 2 * len(fields(Gaps))


@compiled
def _count(seen: Seen, counted: Ints) -> None:
    """Fill in the rows of a tally: those of `_ROWS`, then the gaps in view and the usable ones."""
    slots, places = seen.in_view.shape
    counted[2:4] = np.iinfo(np.int32).max
    for slot in range(slots):
        for place in range(places):
            in_view, usable = seen.in_view[slot, place], seen.usable[slot, place]
            serving = seen.serving[slot, place]
            counted[0, place] += in_view
            counted[1, place] += usable
            counted[2, place] = min(counted[2, place], in_view)
            counted[3, place] = min(counted[3, place], usable)
            if serving >= 0:
                counted[4, place] += 1
                counted[5, place] += np.int64(np.round(seen.elevation_deg[slot, place] * _PER_DEG))
                counted[6, place] += np.int64(np.round(seen.range_km[slot, place] * _PER_KM))
            if slot == 0:
                counted[8, place] = serving
            elif serving >= 0 and counted[9, place] >= 0 and serving != counted[9, place]:
                counted[7, place] += 1
            counted[9, place] = serving
            _extend_gap(counted, _GAP_ROW, place, slot, in_view == 0)
            _extend_gap(counted, _GAP_ROW + 4, place, slot, usable == 0)


@inlined
def _extend_gap(counted: Ints, first: int, place: int, slot: int, is_gap: bool) -> None:
    """Go on with the four rows of `Gaps` that begin with `first`."""
    if is_gap:
        counted[first, place] += counted[first + 3, place] == 0
        counted[first + 3, place] += 1
        counted[first + 1, place] = max(counted[first + 1, place], counted[first + 3, place])
        if counted[first + 3, place] == slot + 1:
            counted[first + 2, place] = slot + 1
    else:
        counted[first + 3, place] = 0
