"""`Conflict`: demands that cannot be met together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leohub.plan.rules.rules import Rules


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot be met together.

    Attributes
    ----------
    rules : tuple of int
        Positions in `Rules.names`.
    sites : tuple of int
        Required sites that have a part in it.
    forbidden : bool
        Whether the forbidden sites have a part in it.
    smallest : bool
        Whether each of these demands is known to be needed for the conflict.
    reason : str
        Why a demand cannot even be met alone; empty for those that conflict with each other.
    """

    rules: tuple[int, ...]
    sites: tuple[int, ...] = ()
    forbidden: bool = False
    smallest: bool = True
    reason: str = ""

    def words(self, rules: Rules, site_names: Sequence[str]) -> tuple[str, ...]:
        """Return its demands in the planner's words."""
        said = [rules.names[rule] for rule in self.rules]
        for site in self.sites:
            what = "is a hub already" if rules.existing[site] else "must be a hub"
            said.append(f"{site_names[site]} {what}")
        if self.forbidden:
            said.append(f"{int(rules.forbidden.sum()):,} places must not be hubs")
        return tuple(said)
