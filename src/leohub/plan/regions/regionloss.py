"""What is known of what one region loses with more or fewer hubs than it takes at the rent."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leohub.plan.regions.shares import Losses

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALL = slice(None)


@dataclass
class RegionLoss:
    """One region, by its number of hubs from `least` on.

    Attributes
    ----------
    number : int
    least, home : int
        Fewest hubs of it in any better plan, and how many it takes at the rent.
    loses_people : ndarray, shape (numbers,)
        At least; infinite where no better plan has so many.
    spare_people : ndarray, shape (numbers,)
        What it may lose at most in a better plan.
    is_known : ndarray of bool, shape (numbers,)
        Whether there is nothing more to ask.
    hubs : dict
        The best hubs known, by their number.
    """

    number: int
    least: int
    home: int
    loses_people: Floats
    spare_people: Floats
    is_known: Bools
    hubs: dict[int, Bools] = field(default_factory=dict)

    def losses(self, lean_people: float = 0.0) -> Losses:
        """Return what it loses, and so much more for each hub that it has more or fewer."""
        changes = np.abs(self.least + np.arange(len(self.loses_people)) - self.home)
        return Losses(self.least, self.loses_people + lean_people * changes)

    def most_to_lose_people(self, places: slice = ALL) -> float:
        """Return what it may lose at most with one of the numbers that are left there."""
        left = np.isfinite(self.loses_people[places])
        return float(self.spare_people[places][left].max())

    def may_lose(self, spare_people: Floats) -> None:
        """Note what it may lose in a better plan, and rule out what loses more."""
        self.spare_people = spare_people
        self.loses_people[self.loses_people > spare_people] = np.inf

    def rule_out(self, places: slice) -> None:
        """Note that no better plan has so many hubs here."""
        self.loses_people[places] = np.inf

    def give_up(self, places: slice) -> None:
        """Note that nothing more will be known of some numbers."""
        self.is_known[places] = True

    def note(self, places: slice, lost_people: float, is_hub: Bools, *, is_solved: bool) -> None:
        """Note what it loses at least with some numbers of hubs, and the best hubs among them.

        What was not solved to the end is not asked again.
        """
        self.loses_people[places] = np.maximum(self.loses_people[places], lost_people)
        number = int(is_hub.sum())
        self.hubs[number] = is_hub
        if is_solved and places.start <= number - self.least < places.stop:
            self.is_known[number - self.least] = True
        else:
            self.give_up(places)

    def around(self, place: int) -> slice:
        """Return the places around one that are still to be asked about."""
        known = np.flatnonzero(self.is_known | np.isinf(self.loses_people))
        at = int(np.searchsorted(known, place))
        first = int(known[at - 1]) + 1 if at else 0
        return slice(first, int(known[at]) if at < len(known) else len(self.is_known))
