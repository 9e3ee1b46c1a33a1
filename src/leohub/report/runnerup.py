"""Why a hub stands where it stands, in words: the runner-up it beat, and by how much."""

from __future__ import annotations

import pandas as pd

from leohub.report.numerals import count


def runners_up(hubs: pd.DataFrame, sites: pd.DataFrame, *, weighed: bool) -> list[str]:
    """Say of each hub which place would be worth the most instead of it: "School 12, 340 fewer".

    Parameters
    ----------
    hubs, sites : DataFrame
        As in the data dictionary.
    weighed : bool
        Whether kinds of places have weights: "School 12, 340 fewer people, worth 410 less".

    Returns
    -------
    list of str
        In the order of `hubs`; "" where there is no other place.
    """
    names = sites["name"].reindex(hubs["runner_up"]).fillna("").astype(str)
    said = [by_how_much(beats) for beats in hubs["beats_by_people"]]
    if weighed:
        less = hubs["beats_by_worth_people"]
        said = [
            f"{people} people, worth {by_worth(w)}" for people, w in zip(said, less, strict=True)
        ]
    rows = zip(hubs["runner_up"], names, said, strict=True)
    return [f"{name or site}, {words}" if site else "" for site, name, words in rows]


def by_how_much(fewer_people: float) -> str:
    """Say how many fewer people are reached: "340 fewer", "as many", "12 more"."""
    return _compared(fewer_people, "fewer", "as many")


def by_worth(less_people: float) -> str:
    """Say how much less a plan is worth, people times weight: "410 less", "as much", "5 more"."""
    return _compared(less_people, "less", "as much")


def _compared(lost: float, less: str, equal: str) -> str:
    whole = round(lost)
    return equal if whole == 0 else f"{count(abs(whole))} {less if whole > 0 else 'more'}"
