"""Which usable satellite serves, where that takes looking ahead: the policy ``"longest"``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import compiled
from leohub.sky.visibility.flight import Seen, nothing_seen
from leohub.sky.visibility.sightings import Sightings


def watch_longest(sightings: Sightings, slots: int, places: int) -> Seen:
    """Return what places see when each keeps its satellite for as long as that is usable.

    Where one must be chosen, it is the one that stays usable the longest; of several such, the
    highest.

    Parameters
    ----------
    sightings : Sightings
        Of all places, beyond the last slot by the longest time that a satellite is in view:
        `leohub.sky.visibility.culling.longest_pass_s`.
    slots, places : int
        How many to return.

    Returns
    -------
    Seen
        Places in their own order.
    """
    seen = nothing_seen(slots, places)
    order = np.lexsort((sightings.slot, sightings.place))
    ordered = sightings.select(order)
    until = _until(ordered)
    _choose(
        ordered.place, ordered.slot, ordered.satellite, ordered.usable, ordered.elevation_deg,
        ordered.azimuth_deg, ordered.range_km, until, seen,
    )  # fmt: skip
    return seen


def _until(sightings: Sightings) -> NDArray[np.int32]:
    """Return the last slot of the unbroken run of usable slots that each sighting is in."""
    order = np.lexsort((sightings.slot, sightings.satellite, sightings.place))
    place, satellite, slot, usable = (
        getattr(sightings, name)[order] for name in ("place", "satellite", "slot", "usable")
    )
    goes_on = (
        (place[1:] == place[:-1])
        & (satellite[1:] == satellite[:-1])
        & (slot[1:] == slot[:-1] + 1)
        & usable[1:]
        & usable[:-1]
    )
    # The end of each run, brought back to all of it.
    ends = np.append(~goes_on, True) if len(slot) else np.empty(0, dtype=bool)
    run = np.cumsum(np.append(0, ends[:-1])) if len(slot) else np.empty(0, dtype=int)
    until = np.empty(len(slot), dtype=np.int32)
    until[order] = slot[ends][run]
    return until


@compiled
def _choose(
    place: NDArray[np.int32],
    slot: NDArray[np.int32],
    satellite: NDArray[np.int32],
    usable: NDArray[np.bool_],
    elevation_deg: NDArray[np.float32],
    azimuth_deg: NDArray[np.float32],
    range_km: NDArray[np.float32],
    until: NDArray[np.int32],
    seen: Seen,
) -> None:
    """Go through sightings ordered by place and slot, and keep or choose in each slot."""
    row, serving, before, last = 0, -1, -1, -1
    while row < len(slot):
        here, now = place[row], slot[row]
        # Slots in which nothing is in view have no rows: nobody served in them.
        if here != before or now != last + 1:
            serving = -1
        before, last = here, now
        chosen, kept = -1, False
        first = row
        while row < len(slot) and place[row] == here and slot[row] == now:
            if usable[row] and not kept:
                kept = satellite[row] == serving
                if (
                    kept
                    or chosen < 0
                    or until[row] > until[chosen]
                    or (until[row] == until[chosen] and elevation_deg[row] > elevation_deg[chosen])
                ):
                    chosen = row
            row += 1
        serving = satellite[chosen] if chosen >= 0 else -1
        if now < seen.in_view.shape[0]:
            seen.in_view[now, here] = row - first
            seen.usable[now, here] = usable[first:row].sum()
            if chosen >= 0:
                seen.serving[now, here] = serving
                seen.elevation_deg[now, here] = elevation_deg[chosen]
                seen.azimuth_deg[now, here] = azimuth_deg[chosen]
                seen.range_km[now, here] = range_km[chosen]
