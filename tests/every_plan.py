"""All plans of a small problem, by the definitions alone: what any search must agree with."""

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.errors import RefusalError
from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.plan.questions.fairness import Regions
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.rules import Rules


class EveryPlan:
    """All subsets of at most a dozen sites, and whom each of them reaches in each cell."""

    def __init__(self, coverage: Coverage) -> None:
        sites, cells = coverage.shares.shape
        self.coverage = coverage
        self.masks = (np.arange(2**sites)[:, None] >> np.arange(sites)) & 1 == 1
        share = np.zeros((2**sites, cells))
        for site, row in enumerate(coverage.shares.toarray()):
            share = np.maximum(share, self.masks[:, [site]] * row)
        self.reached = share * coverage.need_people
        self.people = self.reached.sum(axis=1)

    def keep(self, rules: Rules) -> np.ndarray:
        """Which of the plans keep to the rules."""
        used = self.masks @ rules.rows.toarray().T - self.reached @ rules.reach_rows.toarray().T
        size = 1e-8 * (np.abs(rules.limits) + self.people.max())
        kept = np.all(used <= rules.limits + size, axis=1)
        kept &= ~np.any(self.masks & rules.forbidden, axis=1)
        return kept & ~np.any(~self.masks & rules.required, axis=1)

    def best(self, rules: Rules, worth: np.ndarray | None = None) -> int | None:
        """The number of the best plan under rules; None if there is none."""
        kept = self.keep(rules)
        value = np.where(kept, self.people if worth is None else worth, -np.inf)
        return int(value.argmax()) if kept.any() else None


def plan_of(hubs: np.ndarray, reached: float, bound: float) -> Plan:
    """A plan of which only the hubs, whom they reach and its bound matter."""
    what_does_not_matter = dict.fromkeys(Plan.__dataclass_fields__, np.zeros(0))
    what_does = {
        "hubs": hubs,
        "reached_people": reached,
        "worth_people": reached,
        "bound_people": bound,
        "certified_people": bound,
        "optimal": reached == bound,
    }
    return Plan(**{**what_does_not_matter, **what_does})


def choose_best(coverage: Coverage, rules: Rules) -> Plan | None:
    """A choice that tries all plans."""
    every = EveryPlan(coverage)
    best = every.best(rules)
    if best is None:
        return None
    people = float(every.people[best])
    return plan_of(np.flatnonzero(every.masks[best]), people, people)


def choose_badly(coverage: Coverage, rules: Rules) -> Plan | None:
    """A choice that takes the worst plan under the rules; its bound is a third too high."""
    every = EveryPlan(coverage)
    kept = np.flatnonzero(every.keep(rules))
    if len(kept) == 0:
        return None
    worst = kept[every.people[kept].argmin()]
    most = 4 / 3 * float(every.people[kept].max())
    return plan_of(np.flatnonzero(every.masks[worst]), float(every.people[worst]), most)


def really_choose(coverage: Coverage, rules: Rules) -> Plan | None:
    """The choice that ships, with little time."""
    try:
        return choose_hubs(
            coverage, rules, seed=1, time_limit_s=0.8, gap=0.01, exact_limit_pairs=20_000
        )
    except RefusalError:
        return None


def is_impossible(coverage: Coverage, rules: Rules) -> bool:
    """Whether no plan keeps to the rules."""
    return not EveryPlan(coverage).keep(rules).any()


@st.composite
def problems(draw, sites=(2, 7), cells=(2, 7)):
    """A small problem of partial shares, with some hubs to choose."""
    shape = (draw(st.integers(*sites)), draw(st.integers(*cells)))
    size = shape[0] * shape[1]
    share = draw(st.lists(st.sampled_from([0, 0, 0.5, 1]), min_size=size, max_size=size))
    need = draw(st.lists(st.integers(0, 40), min_size=shape[1], max_size=shape[1]))
    coverage = Coverage(csr_array(np.reshape(share, shape)), np.array(need, dtype=float))
    return coverage, hubs_at_most(draw(st.integers(1, 3)), coverage)


@st.composite
def regions_of(draw, coverage: Coverage, count: int) -> Regions:
    """Regions that divide the cells; some of their people live in no cell."""
    cells = len(coverage.need_people)
    home = np.array(draw(st.lists(st.integers(0, count - 1), min_size=cells, max_size=cells)))
    border = draw(st.integers(0, cells - 1))
    part = (home == np.arange(count)[:, None]).astype(float)
    part[:, border] = 1 / count
    elsewhere = np.array(draw(st.lists(st.integers(1, 30), min_size=count, max_size=count)))
    already = np.array(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)), float)
    return Regions(
        tuple(f"region {number}" for number in range(count)),
        csr_array(part),
        part @ coverage.need_people + elsewhere + already,
        already,
    )


def shares_of_all(every: EveryPlan, regions: Regions) -> np.ndarray:
    """The share of each region's unserved people whom each plan and the standing hubs reach."""
    reached = every.reached @ regions.part.toarray().T + regions.reached_already_people
    return reached / regions.unserved_people
