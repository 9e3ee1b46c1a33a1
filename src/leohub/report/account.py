"""Where every unserved person stands in a plan: reached, or left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.hub.lifecycle import cost_per_person_month
from leohub.people.coverage import Coverage, largest_shares
from leohub.study.results import Results
from leohub.study.secondterminal import cost_of_seconds


@dataclass(frozen=True)
class Account:
    """The plan's totals. People who are unserved are either reached or left out for one reason.

    Attributes
    ----------
    hubs, sites : int
    people, unserved_people, need_people : float
        Of all cells; `need_people` are the unserved in eligible cells.
    reached_people, bound_people : float
        By the plan, and by any plan at most: served or not.
    served_area_people : float
        Unserved, but in cells that are not eligible.
    beyond_candidates_people : float
        In need, but in the catchment of no candidate place.
    beyond_hubs_people : float
        In need, in the catchment of a candidate place, but not reached by a chosen one.
    capital_usd, monthly_usd : float
        Of all hubs.
    cost_per_person_month_usd : float
        Equal monthly payment that is worth what the hubs cost over their life, by person newly
        reached; inf when nobody is.
    """

    hubs: int
    sites: int
    people: float
    unserved_people: float
    need_people: float
    reached_people: float
    bound_people: float
    served_area_people: float
    beyond_candidates_people: float
    beyond_hubs_people: float
    capital_usd: float
    monthly_usd: float
    cost_per_person_month_usd: float

    @property
    def reached_share(self) -> float:
        """Reached by unserved [0..1]."""
        return self.reached_people / self.unserved_people if self.unserved_people else 0.0

    @property
    def left_out_people(self) -> float:
        """Unserved people whom the plan does not reach."""
        return self.served_area_people + self.beyond_candidates_people + self.beyond_hubs_people


def account(results: Results) -> Account:
    """Add the plan up."""
    need = results.coverage.need_people
    hubs = len(results.hubs)
    reached = float(results.plan.reached_people)
    unserved = float(results.cells["unserved_people"].sum())
    more = cost_of_seconds(results.demands.second, results.hubs["terminals"].to_numpy())
    within_any = reached_by_cell(results.coverage, np.arange(len(results.sites)))
    reachable = max(float(within_any.sum()), reached)
    return Account(
        hubs=hubs,
        sites=len(results.sites),
        people=float(results.cells["people"].sum()),
        unserved_people=unserved,
        need_people=float(need.sum()),
        reached_people=reached,
        bound_people=_most_reached(results),
        served_area_people=max(0.0, unserved - float(need.sum())),
        beyond_candidates_people=max(0.0, float(need.sum()) - reachable),
        beyond_hubs_people=reachable - reached,
        capital_usd=results.cost.capital_usd * hubs + float(more.capital_usd.sum()),
        monthly_usd=results.cost.monthly_usd * hubs + float(more.monthly_usd.sum()),
        cost_per_person_month_usd=float(
            cost_per_person_month(
                results.cost.per_month_usd * hubs + float(more.per_month_usd.sum()), reached
            )
        ),
    )


def _most_reached(results: Results) -> float:
    """Return what no plan of as many hubs reaches: by its curve where the proof is by weights."""
    plan = results.plan
    if not results.demands.weighed or not len(plan.hubs):
        return float(plan.reach_bound_people)
    return float(plan.curve[len(plan.hubs) - 1, 2])


def reached_by_cell(coverage: Coverage, sites: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the people in need of each cell whom hubs at some sites reach, shape (n_cells,).

    A person in reach of two hubs counts once: a cell's share is the largest of its hubs'.
    """
    return largest_shares(coverage.shares[sites]) * coverage.need_people
