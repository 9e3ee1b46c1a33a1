"""The best way to share a number of hubs out, by dynamic programming over regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Losses:
    """What one region loses by its number of hubs.

    Attributes
    ----------
    least : int
        Fewest hubs.
    people : ndarray, shape (numbers,)
        What it loses with so many, one more, two more …; infinite where it cannot have so many.
    """

    least: int
    people: Floats


class Shares:
    """What is lost at least when regions share the hubs.

    Parameters
    ----------
    losses : sequence of Losses
        Region by region.
    hubs : int
        Most hubs of all regions together.
    rent_people : float
        What is lost with each hub that no region has [people].

    Attributes
    ----------
    least_people : float
        What is lost in the best way to share; infinite if there is none.
    """

    def __init__(self, losses: Sequence[Losses], hubs: int, rent_people: float) -> None:
        self._losses = losses
        # What is lost from each region on, by the hubs that those before it have.
        self._after = [rent_people * np.arange(hubs, -1.0, -1.0)]
        for region in reversed(losses):
            self._after.append(_least(region, self._after[-1], -1))
        self._after.reverse()
        self.least_people = float(self._after[0][0])

    def others_people(self) -> Iterator[Floats]:
        """Yield for each region what the others lose at least, by its number of hubs."""
        before = np.full_like(self._after[0], np.inf)
        before[0] = 0.0
        for region, after in zip(self._losses, self._after[1:], strict=True):
            numbers = region.least + np.arange(len(region.people))
            together = [before + _moved(after, -int(number)) for number in numbers]
            yield np.array([float(lost.min()) for lost in together])
            before = _least(region, before, 1)

    def best(self) -> list[int]:
        """Return how many hubs each region has in the best way to share, which there must be."""
        used, numbers = 0, []
        for region, after in zip(self._losses, self._after[1:], strict=True):
            left = _moved(after, -used - region.least)[: len(region.people)]
            numbers.append(region.least + int((region.people[: len(left)] + left).argmin()))
            used += numbers[-1]
        return numbers


def _least(region: Losses, people: Floats, way: int) -> Floats:
    """Return what is lost at least with one more region; its hubs move what is known that way."""
    least = np.full_like(people, np.inf)
    for place in np.flatnonzero(np.isfinite(region.people)):
        moved = _moved(people, way * (region.least + int(place)))
        np.minimum(least, region.people[place] + moved, out=least)
    return least


def _moved(people: Floats, by: int) -> Floats:
    """Return the values moved by so many places, infinite where there were none."""
    moved = np.full_like(people, np.inf)
    if by >= 0:
        moved[by:] = people[: max(0, len(people) - by)]
    else:
        moved[: max(0, len(people) + by)] = people[-by:]
    return moved
