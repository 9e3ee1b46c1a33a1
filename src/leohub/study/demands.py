"""What a study demands of regions, partners and kinds of places, as rules in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.rules.numbers import at_least, at_most, where_in
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rule
from leohub.study.desk import Desk
from leohub.study.kinds import check_kind
from leohub.study.regionnames import find_regions
from leohub.study.settings import Study
from leohub.study.settings.choice import RegionDemand

LEAST_REACH: Final = "least_reach_pct"
"""The setting of rules that count the people reached in a region."""

Written = tuple[Rule, str]
"""A rule and the setting that it comes from."""


def demands_on_regions(
    desk: Desk,
    study: Study,
    regions: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    unserved: Unserved,
) -> Iterator[Written]:
    """Yield the rules of every `[[choice.regions]]`."""
    codes_of_sites = sites["region_code"].tolist()
    for number, demand in enumerate(study.choice.regions, start=1):
        where = f"[choice.regions.{number}]"
        found = find_regions(desk, demand.regions, regions, f"{where} regions")
        areas = [(regions["region"][code], {code}) for _, code in found]
        if demand.together and areas:
            areas = [(" and ".join(name for name, _ in areas), {code for _, code in found})]
        for name, codes in areas:
            inside = where_in(codes_of_sites, codes)
            yield from _numbers(where, f" in {name}", inside, demand.least_hubs, demand.most_hubs)
            if demand.least_reach_pct is not None:
                yield _reach(where, demand, name, unserved.of(codes), len(sites))


def demands_on_partners(desk: Desk, study: Study, sites: pd.DataFrame) -> Iterator[Written]:
    """Yield the rules of every `[[partners]]`; note those without a candidate place."""
    for number, partner in enumerate(study.partners, start=1):
        theirs = (sites["partner"] == partner.name).to_numpy(dtype=np.bool_)
        where = f"[partners.{number}]"
        if not theirs.any():
            desk.problems.add(
                f"{where} regions",
                f"no candidate place lies in the territory of {partner.name}",
                "Widen the territory, add candidate places there, or take the partner out",
            )
            continue
        yield from _numbers(
            where, f" of {partner.name}", theirs, partner.least_hubs, partner.most_hubs
        )


def demands_on_kinds(desk: Desk, study: Study, sites: pd.DataFrame) -> Iterator[Written]:
    """Yield the rules of every `[[choice.kinds]]`."""
    for number, demand in enumerate(study.choice.kinds, start=1):
        where = f"[choice.kinds.{number}]"
        if check_kind(desk, demand.kind, sites, f"{where} kind"):
            of_kind = (sites["kind"] == demand.kind).to_numpy(dtype=np.bool_)
            words = f" at places of the kind {demand.kind}"
            yield from _numbers(where, words, of_kind, demand.least_hubs, demand.most_hubs)


def weights_of_kinds(
    study: Study, sites: pd.DataFrame, existing: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the weight of each site; 1 for hubs that stand: their people are reached already."""
    by_kind = {demand.kind: demand.weight for demand in study.choice.kinds}
    weight = sites["kind"].map(lambda kind: by_kind.get(kind, 1.0)).to_numpy(dtype=np.float64)
    return np.where(existing, 1.0, weight)


class Unserved:
    """The unserved people of regions, and which part of each cell's people in need they are.

    Cells on a border are counted by their parts.
    """

    def __init__(self, people: pd.DataFrame, census: pd.DataFrame, cells: pd.DataFrame) -> None:
        share = people["region_code"].map(census["internet_use_pct"]).astype(np.float64) / 100
        self._people = (people["people"] * (1 - share)).to_numpy(dtype=np.float64)
        self._region = people["region_code"].tolist()
        self._cell = cells.index.get_indexer(pd.Index(people["h3"]))
        self._need_people = cells["need_people"].to_numpy(dtype=np.float64)

    def of(self, codes: set[object]) -> tuple[float, NDArray[np.float64]]:
        """Return the unserved people of some regions, and their part of each cell [0..1]."""
        inside = where_in(self._region, codes)
        known = inside & (self._cell >= 0)
        in_cells = np.bincount(
            self._cell[known], self._people[known], minlength=len(self._need_people)
        )
        need = self._need_people
        part = np.divide(in_cells, need, out=np.zeros(len(need)), where=need > 0)
        return float(self._people[inside].sum()), np.minimum(part, 1.0)

    def of_each(self, codes: Sequence[object]) -> tuple[NDArray[np.float64], csr_array]:
        """Return the same for every one of some regions at once.

        Parameters
        ----------
        codes : sequence
            Of n regions, each once.

        Returns
        -------
        ndarray, shape (n,)
            Unserved people.
        csr_array, shape (n, n_cells)
            Their part of each cell's people in need [0..1].
        """
        number = {code: position for position, code in enumerate(codes)}
        region = np.array([number.get(code, -1) for code in self._region], dtype=np.intp)
        inside = region >= 0
        people = np.zeros(len(codes))
        np.add.at(people, region[inside], self._people[inside])
        need = self._need_people
        known = inside & (self._cell >= 0)
        known[known] = need[self._cell[known]] > 0
        cell = self._cell[known]
        part = csr_array(
            (self._people[known] / need[cell], (region[known], cell)),
            shape=(len(codes), len(need)),
        )
        part.sum_duplicates()
        part.data = np.minimum(part.data, 1.0)
        return people, part


def hubs_in_words(number: int) -> str:
    """Return ``"1 hub"``, ``"450 hubs"``."""
    return f"{number:,} hub" if number == 1 else f"{number:,} hubs"


def _numbers(
    where: str, words: str, counted: NDArray[np.bool_], least: int | None, most: int | None
) -> Iterator[Written]:
    if least:
        name = f"at least {hubs_in_words(least)}{words}"
        yield at_least(name, counted, least), f"{where} least_hubs"
    if most is not None:
        name = f"at most {hubs_in_words(most)}{words}"
        yield at_most(name, counted, most), f"{where} most_hubs"


def _reach(
    where: str,
    demand: RegionDemand,
    name: str,
    unserved: tuple[float, NDArray[np.float64]],
    sites: int,
) -> Written:
    pct = demand.least_reach_pct or 0.0
    people = pct / 100 * unserved[0]
    words = f"at least {pct:g} % of the unserved people of {name} reached, {people:,.0f}"
    return at_least_reached(words, unserved[1], people, sites), f"{where} {LEAST_REACH}"
