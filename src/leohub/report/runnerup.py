"""Why a hub stands where it stands, in words: the runner-up it beat, and by how much."""

from __future__ import annotations

import pandas as pd

from leohub.report.numerals import count


def runners_up(hubs: pd.DataFrame, sites: pd.DataFrame) -> list[str]:
    """Say of each hub which place would reach the most instead of it: "School 12, 340 fewer".

    Parameters
    ----------
    hubs, sites : DataFrame
        As in the data dictionary.

    Returns
    -------
    list of str
        In the order of `hubs`; "" where there is no other place.
    """
    names = sites["name"].reindex(hubs["runner_up"]).fillna("").astype(str)
    rows = zip(hubs["runner_up"], names, hubs["beats_by_people"], strict=True)
    return [f"{name or site}, {by_how_much(beats)}" if site else "" for site, name, beats in rows]


def by_how_much(fewer_people: float) -> str:
    """Say how many fewer people are reached: "340 fewer", "as many", "12 more"."""
    whole = round(fewer_people)
    if whole == 0:
        return "as many"
    return f"{count(abs(whole))} {'fewer' if whole > 0 else 'more'}"
