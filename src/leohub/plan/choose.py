"""The choice of hubs: `Coverage` in, `Plan` out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.clock import Clock
from leohub.plan.draft import Draft
from leohub.plan.instance import Instance
from leohub.plan.plan import Plan
from leohub.plan.stages import Choice, Tick


def choose_hubs(
    coverage: Coverage,
    hubs: int,
    *,
    seed: int,
    time_limit_s: float,
    gap: float,
    exact_limit_pairs: int,
    tick: Tick = lambda stage, share: None,
) -> Plan:
    """Choose the hubs that newly reach the most people.

    The problem is stated in `leohub.plan.instance`, its proof in `leohub.plan.bound`. Ctrl-C ends
    the search, not the choice: the best plan so far is returned, and says that it stopped early.

    Parameters
    ----------
    coverage : Coverage
        Which site would serve which cell, and what each cell is worth [people].
    hubs : int
        Most hubs to choose. Sites that add nobody are not chosen.
    seed : int
        Of the random part of the search. The same seed gives the same plan, unless the plan says
        that it stopped early.
    time_limit_s : float
        Wall time for the whole choice [s]. A greedy plan is made in any case.
    gap : float
        Good enough: a proven gap of this size ends the search [0..1].
    exact_limit_pairs : int
        What the proof leaves open is given to the exact solver as a whole if it has at most so
        many site-cell pairs.
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Plan

    Raises
    ------
    SolverError
        If the proof contradicts the plan.
    """
    choice = Choice(coverage, hubs, Clock(time_limit_s), seed, gap, tick)
    choice.start()
    try:
        choice.prove()
        choice.improve()
        choice.prove(share=0.6)
        choice.close(exact_limit_pairs)
    except KeyboardInterrupt:
        choice.interrupt()
    return choice.plan()


def greedy_hubs(coverage: Coverage, hubs: int) -> NDArray[np.intp]:
    """Return the sites a greedy choice opens, in its order: a quick plan without a proof.

    Parameters
    ----------
    coverage : Coverage
    hubs : int
        Most hubs to choose.
    """
    instance = Instance.from_coverage(coverage)
    return instance.sites[Draft.empty(instance).open_best(hubs)]
