"""The time limit of a search, and whether it decided anything."""

from __future__ import annotations

import math
import time


class Clock:
    """Counts down a time limit.

    Attributes
    ----------
    ran_out : bool
        Whether a stage was told to stop: another run may then find another plan.
    """

    def __init__(self, limit_s: float) -> None:
        self._end_s = time.monotonic() + limit_s
        self.ran_out = False

    def remaining_s(self) -> float:
        """Return the time that is left [s], not below 0."""
        return max(0.0, self._end_s - time.monotonic())

    def is_up(self) -> bool:
        """Tell whether the time is up, and remember that it was asked and is."""
        up = self.remaining_s() == 0
        self.ran_out = self.ran_out or up
        return up

    def stop(self) -> None:
        """Let the time be up now."""
        self._end_s = -math.inf

    def part(self, share: float) -> Clock:
        """Return a clock of its own for a share of the remaining time."""
        return Clock(share * self.remaining_s())
