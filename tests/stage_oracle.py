"""One stage of a choice by itself: the problem that is left to it, and every plan of that."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import Prices
from leohub.plan.bounds.prices import find_bound
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task
from tests.every_plan import EveryPlan
from tests.test_plan_under_rules import ruled

ENOUGH_PEOPLE = 1e-6
"""What rounding may make of some dozens of people."""


@dataclass(frozen=True)
class Small:
    """A small problem under rules, with what its plans are worth by the definitions alone."""

    coverage: Coverage
    rules: Rules
    weight: np.ndarray | None = None

    @cached_property
    def task(self) -> Task:
        return Task.of(self.coverage, self.rules, self.weight)

    @cached_property
    def _whole(self) -> Instance:
        return Instance.of(self.task)

    @cached_property
    def instance(self) -> Instance:
        """Without required and forbidden sites, as the stages get it."""
        required, forbidden = self._at(self.rules.required), self._at(self.rules.forbidden)
        return self._whole.only(~required & ~forbidden, fixed=required)

    @cached_property
    def fixed_people(self) -> float:
        return self._whole.people_reached(self._at(self.rules.required))

    def _at(self, mask: np.ndarray) -> np.ndarray:
        return mask[self._whole.sites]

    @cached_property
    def sites(self) -> np.ndarray:
        """Rows of the coverage that the sites of the instance are."""
        return self._whole.sites[self.instance.sites]

    @cached_property
    def kept(self) -> np.ndarray:
        """All plans that keep to the rules, shape (plans, n_sites)."""
        every = EveryPlan(self.coverage)
        return every.masks[every.keep(self.rules)]

    @cached_property
    def worth(self) -> np.ndarray:
        """What each of them is worth."""
        weight = np.ones(self.kept.shape[1]) if self.weight is None else self.weight
        share = np.zeros((len(self.kept), len(self.coverage.need_people)))
        for site, row in enumerate(self.coverage.shares.toarray()):
            share = np.maximum(share, self.kept[:, [site]] * row * weight[site])
        return share @ self.coverage.need_people

    @property
    def best(self) -> float:
        return float(self.worth.max())

    def best_among(self, some: np.ndarray) -> float:
        """The best of the plans with no site of the instance but some; -inf if there is none."""
        shut = np.zeros(self.kept.shape[1], dtype=bool)
        shut[self.sites[~some]] = True
        left = ~np.any(self.kept & shut, axis=1)
        return float(self.worth[left].max(initial=-np.inf))

    def starts(self) -> list[np.ndarray]:
        """Plans that the stages may start from: kept, and of sites of the instance."""
        idle = np.ones(self.kept.shape[1], dtype=bool)
        idle[self.sites] = False
        idle &= ~self.rules.required
        whole = self.kept[~np.any(self.kept & idle, axis=1)]
        return [plan for plan in whole[:, self.sites] if plan.any()]

    def keeps(self, is_hub: np.ndarray) -> bool:
        """Whether a plan of the instance keeps to the rules, with the required sites."""
        whole = self.rules.required.copy()
        whole[self.sites[is_hub]] = True
        return bool((self.kept == whole).all(axis=1).any())

    def people(self, is_hub: np.ndarray) -> float:
        """What a plan of the instance that keeps to the rules is worth."""
        whole = self.rules.required.copy()
        whole[self.sites[is_hub]] = True
        return float(self.worth[(self.kept == whole).all(axis=1)][0])


@st.composite
def small_problems(draw: st.DrawFn) -> Small:
    """Problems under all families of rules, now and then with weights, that some plan can meet."""
    coverage, rules = draw(ruled())
    if draw(st.integers(0, 3)) > 0:
        nobody = np.zeros_like(rules.required)
        rules = replace(rules, required=nobody, forbidden=nobody)
    weight = None
    if draw(st.integers(0, 3)) == 0:
        sites = len(rules.required)
        one = st.sampled_from([0.25, 0.5, 1.0])
        weight = np.array(draw(st.lists(one, min_size=sites, max_size=sites)))
    return Small(coverage, rules, weight)


def small(sets: list[set[int]], need: list[float], rules: Rules, **more: object) -> Small:
    """A problem written down: the cells that each site serves."""
    dense = np.zeros((len(sets), len(need)))
    for site, cells in enumerate(sets):
        dense[site, sorted(cells)] = 1
    return Small(Coverage(csr_array(dense), np.array(need, dtype=float)), rules, **more)


def never() -> bool:
    return False


def some_start(problem: Small, data: st.DataObject) -> np.ndarray:
    """A plan that keeps to the rules."""
    assume(len(problem.kept))
    starts = problem.starts()
    assume(starts)
    return starts[data.draw(st.integers(0, len(starts) - 1), "start")]


def found_prices(instance: Instance, iterations: int) -> Prices:
    return find_bound(instance, tolerance=1e-6, iterations=iterations, time_is_up=never).prices


def any_prices(instance: Instance, data: st.DataObject) -> Prices:
    """Those of a search of some length, or drawn at random: any prove a bound."""
    iterations = data.draw(st.sampled_from([0, 40, 200]), "iterations")
    if iterations:
        return found_prices(instance, iterations)
    random = np.random.default_rng(data.draw(st.integers(0, 99), "prices"))
    groups = 1.5 * random.random(len(instance.need_people)) * instance.need_people
    scale = data.draw(st.sampled_from([0.0, 1.0, 20.0]), "scale")
    return Prices(groups, scale * random.random(len(instance.rows.limits)))
