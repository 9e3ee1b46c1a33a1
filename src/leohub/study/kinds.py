"""Kinds of candidate places as planners name them."""

from __future__ import annotations

import pandas as pd

from leohub.io.columns import suggest
from leohub.study.desk import Desk


def check_kind(desk: Desk, kind: str, sites: pd.DataFrame, where: str) -> bool:
    """Note a kind that no candidate place has; return whether any has it."""
    known = sites["kind"].unique().tolist()
    if kind in known:
        return True
    there = f"The kinds are {', '.join(map(repr, known))}"
    desk.problems.add(
        where,
        f"no candidate place is a {kind!r}",
        suggest(kind, known, "The closest is {}", there),
    )
    return False
