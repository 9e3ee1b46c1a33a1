r"""The best timetable, by HiGHS, and what no timetable can exceed.

With :math:`Y_{ht}` whether hub `h` is open in period `t`, :math:`z_{gt}` whether group `g` of cells
is reached then, :math:`\ell_t` the length of a period and :math:`c_{rht}` what opening takes of
limit `r`:

.. math::

    \max \sum_t \ell_t \sum_g w_g z_{gt} \quad\text{subject to}\quad
    z_{gt} \le \sum_{h \in N_g} Y_{ht}, \quad Y_{h,t-1} \le Y_{ht}, \quad
    \sum_{h, t} c_{rht} (Y_{ht} - Y_{h,t-1}) \le b_r.

A cell is so counted from the first period in which a hub reaches it. Groups that a single hub
serves need no `z`: they are that hub's own people. The bound is that of the search tree, whose
length is given in nodes, not in time: the same question has the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, eye_array, hstack, kron, vstack

from leohub.plan.problem.instance import Instance
from leohub.plan.questions.asking import Floats
from leohub.plan.questions.calendar import Calendar
from leohub.plan.questions.timetable import Opens, fits

ROUNDING = 1e-9
"""Share by which the solver's bound is raised: more than the rounding of its sums."""


@dataclass(frozen=True)
class Proof:
    """What HiGHS found.

    Attributes
    ----------
    opens : ndarray of int, shape (n_hubs,), or None
        As `make_timetable`; None where it found none.
    bound_person_years : float
        No timetable has more.
    """

    opens: Opens | None
    bound_person_years: float


def pairs_of(instance: Instance, calendar: Calendar) -> int:
    """Return how large the question is: pairs of a hub and a cell that others serve, too."""
    shared = np.diff(instance.cell_start) > 1
    return int(np.diff(instance.cell_start)[shared].sum()) * calendar.periods


def prove_timetable(instance: Instance, calendar: Calendar, *, nodes: int) -> Proof:
    """Look for the best timetable in a search tree of so many nodes.

    Parameters
    ----------
    instance : Instance
        Its sites are all hubs, in the order of the calendar.
    calendar : Calendar
    nodes : int
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    hubs, periods = len(instance.sites), calendar.periods
    shared = np.flatnonzero(np.diff(instance.cell_start) > 1)
    value = _values(instance, calendar, shared)
    matrix, most = _constraints(instance, calendar, shared)
    # Person-years go into the millions: the solver sees numbers about 1.
    unit = float(value.max(initial=0.0)) or 1.0
    answer = milp(
        -value / unit,
        integrality=(np.arange(len(value)) < hubs * periods).astype(np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=most),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    trivial = instance.reachable_people * float(calendar.length_years.sum())
    bound = trivial if answer.mip_dual_bound is None else -answer.mip_dual_bound * unit
    opens = None
    if answer.x is not None:
        is_open = answer.x[: hubs * periods].reshape(hubs, periods) > 0.5
        opens = np.where(is_open.any(axis=1), is_open.argmax(axis=1), periods)
    if opens is not None and not fits(calendar, opens):
        opens = None
    return Proof(opens, min(bound * (1 + ROUNDING), trivial))


def _values(instance: Instance, calendar: Calendar, shared: np.ndarray) -> Floats:
    """Return what each Y, then each z is worth [person-years]."""
    own = instance.need_people.copy()
    own[shared] = 0.0
    site = np.repeat(np.arange(len(instance.sites)), np.diff(instance.site_start))
    own_people = np.bincount(site, own[instance.site_cells], minlength=len(instance.sites))
    length = calendar.length_years
    return np.concatenate(
        [
            np.outer(own_people, length).ravel(),
            np.outer(instance.need_people[shared], length).ravel(),
        ]
    )


def _constraints(
    instance: Instance, calendar: Calendar, shared: np.ndarray
) -> tuple[csr_array, Floats]:
    hubs, periods, groups = len(instance.sites), calendar.periods, len(shared)
    serving = csr_array(
        (np.ones(instance.pairs), instance.cell_sites, instance.cell_start),
        shape=(len(instance.need_people), hubs),
    )[shared]
    reached = hstack([-kron(serving, eye_array(periods)), eye_array(groups * periods)])
    later = kron(eye_array(hubs), _not_closing(periods))
    # What opening in t takes of a limit, as what being open in t takes.
    counts = calendar.counts.copy()
    counts[:, :, :-1] -= calendar.counts[:, :, 1:]
    limits = counts.reshape(len(calendar.most), hubs * periods)
    none = csr_array((later.shape[0] + len(limits), groups * periods))
    timing = hstack([vstack([csr_array(later), csr_array(limits)]), none])
    most = np.concatenate([np.zeros(groups * periods + later.shape[0]), calendar.most])
    return csr_array(vstack([reached, timing], format="csr")), most


def _not_closing(periods: int) -> coo_array:
    """Rows Y(t - 1) - Y(t) ≤ 0."""
    row = np.arange(max(periods - 1, 0))
    return coo_array(
        (
            np.concatenate([np.ones(len(row)), -np.ones(len(row))]),
            (np.concatenate([row, row]), np.concatenate([row, row + 1])),
        ),
        shape=(len(row), periods),
    )
