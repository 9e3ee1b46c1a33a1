"""The choice of hubs: `Coverage` in, `Plan` out."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.bound import Bound, find_bound, lagrangian
from leohub.plan.exact import Answer, solve_exactly
from leohub.plan.instance import PARTS_PER_PERSON, Instance
from leohub.plan.plan import Plan
from leohub.plan.search import Draft

REBUILDS_PER_HUB = 150
"""Rounds of taking apart and putting together, for each hub of the plan."""

BOUND_ITERATIONS = 800
CURVE_REACHES = 2.0
"""The curve goes on to this multiple of the plan's number of hubs."""


def choose_hubs(
    coverage: Coverage,
    hubs: int,
    *,
    seed: int,
    time_limit_s: float,
    gap: float,
    exact_limit_pairs: int,
    tick: Callable[[str, float], None] = lambda stage, share: None,
) -> Plan:
    """Choose the hubs that newly reach the most people.

    The problem is stated in `leohub.plan.instance`, its proof in `leohub.plan.bound`.

    Parameters
    ----------
    coverage : Coverage
        Which site would serve which cell, and what each cell is worth [people].
    hubs : int
        Most hubs to choose. Sites that add nobody are not chosen.
    seed : int
        Of the random part of the search. The same seed gives the same plan, unless time runs out.
    time_limit_s : float
        Wall time for the whole choice [s].
    gap : float
        Good enough: a proven gap of this size ends the search [0..1].
    exact_limit_pairs : int
        Problems with at most so many site-cell pairs are given to the exact solver too.
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Plan
    """
    deadline = time.monotonic() + time_limit_s
    instance = Instance.from_coverage(coverage)
    story = [
        f"{coverage.shares.shape[0]:,} sites and {coverage.shares.shape[1]:,} cells; "
        f"{len(instance.sites):,} sites serve {len(instance.cells):,} cells in need "
        f"({instance.pairs:,} pairs, {instance.reachable_people:,.0f} people in reach of a site)"
    ]
    draft = _search(instance, hubs, seed, deadline, story, tick)
    hubs = max(1, int(draft.is_hub.sum()))
    bound = _prove(instance, hubs, draft, gap, deadline, story, tick)
    answer = None
    if not _proven(draft, bound.people) and _gap(draft, bound.people) > gap:
        answer = _finish(instance, hubs, draft, exact_limit_pairs, deadline, story)
    if answer is not None:
        draft = _draft_of(instance, answer.is_hub)
    return _plan(coverage, instance, draft, bound, answer, story, time.monotonic() > deadline)


def greedy_hubs(coverage: Coverage, hubs: int) -> NDArray[np.intp]:
    """Return the sites a greedy choice opens, in its order: a quick plan without a proof.

    Parameters
    ----------
    coverage : Coverage
    hubs : int
        Most hubs to choose.
    """
    instance = Instance.from_coverage(coverage)
    opened = Draft.empty(instance).open_best(hubs)
    return instance.sites[[site for site, _ in opened]] if opened else np.empty(0, dtype=np.intp)


def _search(
    instance: Instance,
    hubs: int,
    seed: int,
    deadline: float,
    story: list[str],
    tick: Callable[[str, float], None],
) -> Draft:
    draft = Draft.empty(instance)
    tick("greedy start", 0.0)
    draft.open_best(min(hubs, len(instance.sites)))
    tick("greedy start", 1.0)
    story.append(f"greedy start: {_people(draft):,.0f} people")
    moves = draft.swap()
    story.append(f"{moves:,} swaps: {_people(draft):,.0f} people")
    if 0 < draft.is_hub.sum() < len(instance.sites):
        better = _rebuild(draft, seed, deadline, tick)
        draft.swap()
        story.append(
            f"{better:,} better rebuilds of neighbouring hubs: {_people(draft):,.0f} people"
        )
    return draft


def _rebuild(draft: Draft, seed: int, deadline: float, tick: Callable[[str, float], None]) -> int:
    """Rebuild in batches, so that progress shows and the time limit holds."""
    batches = 20
    rounds = int(draft.is_hub.sum()) * REBUILDS_PER_HUB // batches + 1
    better = 0
    for batch in range(batches):
        better += draft.rebuild(rounds, seed * batches + batch)
        tick("better plans", (batch + 1) / batches)
        if time.monotonic() > deadline:
            break
    return better


def _prove(
    instance: Instance,
    hubs: int,
    draft: Draft,
    gap: float,
    deadline: float,
    story: list[str],
    tick: Callable[[str, float], None],
) -> Bound:
    bound = find_bound(
        instance,
        hubs,
        _people(draft),
        gap=gap,
        iterations=BOUND_ITERATIONS,
        deadline=deadline,
        tick=lambda share: tick("proof", share),
    )
    story.append(
        f"Lagrangian bound after {bound.iterations:,} iterations: no {hubs:,} of these sites reach "
        f"more than {bound.people:,.0f} people (gap {100 * _gap(draft, bound.people):.2f} %)"
    )
    return bound


def _finish(
    instance: Instance,
    hubs: int,
    draft: Draft,
    exact_limit_pairs: int,
    deadline: float,
    story: list[str],
) -> Answer | None:
    if instance.pairs > exact_limit_pairs:
        story.append(
            f"HiGHS not tried: {instance.pairs:,} pairs are more than the limit of "
            f"{exact_limit_pairs:,}"
        )
        return None
    remaining = deadline - time.monotonic()
    if remaining < 1:
        story.append("HiGHS not tried: no time left")
        return None
    answer = solve_exactly(instance, hubs, draft.is_hub, remaining)
    if answer is None:
        story.append(f"HiGHS gave no answer in {remaining:,.0f} s")
        return None
    reached = _people(_draft_of(instance, answer.is_hub))
    story.append(f"HiGHS: {reached:,.0f} people, bound {answer.bound_people:,.0f}")
    return answer if reached >= _people(draft) else Answer(draft.is_hub, answer.bound_people)


def _draft_of(instance: Instance, is_hub: NDArray[np.bool_]) -> Draft:
    draft = Draft.empty(instance)
    draft.open_best(int(is_hub.sum()), among=is_hub)
    return draft


def _plan(
    coverage: Coverage,
    instance: Instance,
    draft: Draft,
    bound: Bound,
    answer: Answer | None,
    story: list[str],
    stopped_early: bool,
) -> Plan:
    in_order = Draft.empty(instance)
    opened = in_order.open_best(int(draft.is_hub.sum()), among=draft.is_hub)
    further = in_order.open_best(int(CURVE_REACHES * len(opened)) - len(opened))
    added = np.array([gain for _, gain in opened], dtype=float) / PARTS_PER_PERSON
    reached = float(added.sum())
    people = bound.people if answer is None else min(bound.people, answer.bound_people)
    prices = np.zeros(coverage.shares.shape[1])
    prices[instance.cells] = bound.prices
    return Plan(
        hubs=instance.sites[[site for site, _ in opened]].astype(np.intp),
        added_people=added,
        reached_people=reached,
        bound_people=max(people, reached),
        prices=prices,
        curve=_curve(instance, bound, [gain for _, gain in opened + further]),
        story=tuple(story),
        optimal=bool(people - reached < 1 / PARTS_PER_PERSON),
        stopped_early=stopped_early,
    )


def _curve(instance: Instance, bound: Bound, gains: list[int]) -> NDArray[np.float64]:
    hubs = np.arange(1, len(gains) + 1)
    reached = np.cumsum(gains) / PARTS_PER_PERSON
    # One price vector proves a bound for every number of hubs; need itself is a second one.
    proven = np.minimum(
        lagrangian(instance, bound.prices, hubs),
        lagrangian(instance, instance.weight / PARTS_PER_PERSON, hubs),
    )
    return np.column_stack([hubs, reached, np.maximum(proven, reached)])


def _people(draft: Draft) -> float:
    return draft.value() / PARTS_PER_PERSON


def _proven(draft: Draft, bound_people: float) -> bool:
    """No plan is better when it would have to be so by less than the smallest part counted."""
    return bound_people - _people(draft) < 1 / PARTS_PER_PERSON


def _gap(draft: Draft, bound_people: float) -> float:
    return 1 - _people(draft) / bound_people if bound_people > 0 else 0.0
