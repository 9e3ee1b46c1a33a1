"""The story of a choice: what each of its stages did, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["reduce", "start", "bound", "search", "close", "exact", "stop"]
"""Reduce the problem; make a first plan; bound what any plan can reach; search for better plans;
settle single sites; solve what is left exactly; stop because somebody said so."""


@dataclass(frozen=True)
class Step:
    """One line of the story.

    Attributes
    ----------
    stage : str
        See `Stage`; several steps may belong to one.
    words : str
        What was done, in full, for those who know the method.
    reached_people : float
        What the best plan reaches after it.
    bound_people : float
        What no plan can exceed, as far as is proven after it.
    counts : mapping of str to int
        Of a ``"reduce"`` step: `sites`, `sites_left`, `cells`, `cells_left` and `groups`, the cells
        left that the same sites serve taken together. Of a ``"close"`` step that settles sites:
        `shut`, which are in no better plan, `sure`, which are in every one, and `open`.
    """

    stage: Stage
    words: str
    reached_people: float
    bound_people: float
    counts: Mapping[str, int] = field(default_factory=dict)
