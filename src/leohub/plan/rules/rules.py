r"""`Rule` and `Rules`: what a plan must keep to, as linear rows.

A plan is a vector :math:`x` of zeros and ones, one for each site. It reaches the share
:math:`z_j(x) = \max_i a_{ij} x_i` of the :math:`w_j` people in need of cell :math:`j`. Every row
of every rule has the form

.. math:: \sum_i c_{ri} x_i - \sum_j h_{rj} w_j z_j(x) \le b_r, \qquad h \ge 0.

A maximum is written as it stands, a minimum with its signs turned round. Because
:math:`h \ge 0`, reaching more people never breaks a row: putting a bound from below in the place
of :math:`z` is safe, and the rows may be handed to a solver that only knows
:math:`z_j \le \sum_i a_{ij} x_i`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from leohub.people.coverage import Coverage, largest_shares

TOLERANCE = 1e-9
"""By how much a row may be missed, as a share of the largest sum of terms it can have [-]: sums of
floating-point numbers are no more exact. A hub more or less is far above it."""

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """One demand, in one or more rows that stand or fall together.

    Attributes
    ----------
    name : str
        In the planner's words: ``"at least 5 hubs in Turkana"``.
    rows : csr_array, shape (n_rows, n_sites)
        What each hub counts for.
    limits : ndarray, shape (n_rows,)
    reach_rows : csr_array, shape (n_rows, n_cells), or None
        What each person reached in a cell counts for; not negative. None: nothing.
    """

    name: str
    rows: csr_array
    limits: Floats
    reach_rows: csr_array | None = None

    def __post_init__(self) -> None:
        if self.rows.shape[0] != len(self.limits):
            raise ValueError(f"{self.name}: one limit for each row")
        reach = self.reach_rows
        if reach is not None and (
            reach.shape[0] != len(self.limits) or (reach.nnz and reach.data.min() < 0)
        ):
            raise ValueError(f"{self.name}: one row of reach per limit, and none below 0")


@dataclass(frozen=True)
class Rules:
    """Everything that a plan must keep to.

    Attributes
    ----------
    names : tuple of str
        One for each rule, in the planner's words.
    rule : ndarray of int, shape (n_rows,)
        The rule that each row belongs to: a position in `names`.
    rows : csr_array, shape (n_rows, n_sites)
        What each hub counts for in each row.
    reach_rows : csr_array, shape (n_rows, n_cells)
        What each person reached counts for; stored entries are positive.
    limits : ndarray, shape (n_rows,)
    required, forbidden : ndarray of bool, shape (n_sites,)
        Sites that must be, and must not be, hubs.
    existing : ndarray of bool, shape (n_sites,)
        Hubs that stand already; all of them are required.
    """

    names: tuple[str, ...]
    rule: NDArray[np.intp]
    rows: csr_array
    reach_rows: csr_array
    limits: Floats
    required: Mask
    forbidden: Mask
    existing: Mask

    def __post_init__(self) -> None:
        if np.any(self.existing & ~self.required):
            raise ValueError("hubs that stand already are required")

    @classmethod
    def of(
        cls,
        rules: Sequence[Rule],
        sites: int,
        cells: int,
        *,
        required: Mask | None = None,
        forbidden: Mask | None = None,
        existing: Mask | None = None,
    ) -> Rules:
        """Put rules together.

        Parameters
        ----------
        rules : sequence of Rule
        sites, cells : int
            Rows and columns of the coverage.
        required, forbidden, existing : ndarray of bool, shape (sites,), optional
            Default: none. What exists is required without saying so.
        """
        none = np.zeros(sites, dtype=np.bool_)
        standing = none if existing is None else existing
        return cls(
            names=tuple(rule.name for rule in rules),
            rule=np.repeat(np.arange(len(rules)), [len(rule.limits) for rule in rules]),
            rows=_stacked([rule.rows for rule in rules], sites),
            reach_rows=_stacked(
                [
                    csr_array((len(rule.limits), cells))
                    if rule.reach_rows is None
                    else rule.reach_rows
                    for rule in rules
                ],
                cells,
            ),
            limits=np.concatenate([np.empty(0), *(rule.limits for rule in rules)]),
            required=(none if required is None else required) | standing,
            forbidden=none if forbidden is None else forbidden,
            existing=standing,
        )

    @property
    def allowed(self) -> Mask:
        """Sites that may be hubs."""
        return ~self.forbidden

    @property
    def has_size(self) -> bool:
        """Whether the first row limits the size of the plan: what hubs take up, and no people."""
        if not len(self.limits):
            return False
        return not self.reach_rows[[0]].nnz and not np.any(self.rows[[0]].data < 0)

    @cached_property
    def droppable(self) -> Mask:
        """Sites whose hub can be closed without breaking a row, as long as no reach is lost.

        Those that no row counts negatively (no minimum counts them), and that are not required.
        """
        least = np.zeros(self.rows.shape[1])
        np.minimum.at(least, self.rows.indices, self.rows.data)
        return (least >= 0) & ~self.required

    def slack(self, chosen: Mask, reached_people: Floats) -> Floats:
        """Return what is left of each limit, negative where it is broken.

        Parameters
        ----------
        chosen : ndarray of bool, shape (n_sites,)
        reached_people : ndarray, shape (n_cells,)
            Of each cell: `reached_by_cell`.

        Returns
        -------
        ndarray, shape (n_rows,)
            In the unit of each row.
        """
        used: Floats = self.rows @ chosen.astype(np.float64) - self.reach_rows @ reached_people
        return np.asarray(self.limits - used)

    def holds(self, chosen: Mask, reached_people: Floats) -> bool:
        """Tell whether a plan keeps to all rules. Parameters as for `slack`."""
        return not (
            self._broken_rows(chosen, reached_people).any()
            or np.any(chosen & self.forbidden)
            or np.any(self.required & ~chosen)
        )

    def broken(self, chosen: Mask, reached_people: Floats) -> tuple[str, ...]:
        """Return the rules that a plan breaks, in words. Parameters as for `slack`."""
        rows = self._broken_rows(chosen, reached_people)
        words = [self.names[rule] for rule in np.unique(self.rule[rows]).tolist()]
        if closed := int((self.required & ~chosen).sum()):
            words.append(f"{closed:,} places that must be hubs are not")
        if opened := int((chosen & self.forbidden).sum()):
            words.append(f"{opened:,} places that must not be hubs are")
        return tuple(words)

    def restricted(self, keep: Mask, chosen: Mask, reached_people: Floats) -> Rules:
        """Return the rules of a part of the sites, when the others stay as they are.

        Parameters
        ----------
        keep : ndarray of bool, shape (n_sites,)
            The sites that are left to choose from, in this order.
        chosen : ndarray of bool, shape (n_sites,)
            What the other sites are.
        reached_people : ndarray, shape (n_cells,)
            What the other sites' hubs reach of each cell. The new rows count what is reached on
            top of that; the cells stay the same.
        """
        fixed = chosen & ~keep
        return Rules(
            names=self.names,
            rule=self.rule,
            rows=self.rows[:, np.flatnonzero(keep)],
            reach_rows=self.reach_rows,
            limits=self.slack(fixed, reached_people),
            required=self.required[keep],
            forbidden=self.forbidden[keep],
            existing=self.existing[keep],
        )

    def beyond_existing(self, reached_people: Floats) -> Rules:
        """Return the rules for what comes on top of the hubs that stand.

        Their sites are forbidden, and what they take up is taken from the limits.

        Parameters
        ----------
        reached_people : ndarray, shape (n_cells,)
            Whom they reach in each cell.
        """
        if not self.existing.any():
            return self
        return replace(
            self,
            limits=self.slack(self.existing, reached_people),
            required=self.required & ~self.existing,
            forbidden=self.forbidden | self.existing,
            existing=np.zeros_like(self.existing),
        )

    def only(self, rules: Sequence[int]) -> Rules:
        """Return some of the rules, by their positions in `names`, in their order here."""
        kept = np.unique(np.asarray(rules, dtype=np.intp))
        rows = np.flatnonzero(np.isin(self.rule, kept))
        return Rules(
            names=tuple(self.names[rule] for rule in kept.tolist()),
            rule=np.searchsorted(kept, self.rule[rows]),
            rows=self.rows[rows],
            reach_rows=self.reach_rows[rows],
            limits=self.limits[rows],
            required=self.required,
            forbidden=self.forbidden,
            existing=self.existing,
        )

    def _broken_rows(self, chosen: Mask, reached_people: Floats) -> Mask:
        hubs = chosen.astype(np.float64)
        size = np.abs(self.limits) + abs(self.rows) @ hubs + self.reach_rows @ reached_people
        return np.asarray(self.slack(chosen, reached_people) < -TOLERANCE * size)


def reached_by_cell(coverage: Coverage, chosen: Mask) -> Floats:
    """Return the people in need that a plan reaches in each cell, shape (n_cells,)."""
    return coverage.need_people * largest_shares(coverage.shares[np.flatnonzero(chosen)])


def _stacked(parts: Sequence[csr_array], columns: int) -> csr_array:
    whole = csr_array(vstack([csr_array((0, columns)), *parts], format="csr"))
    whole.eliminate_zeros()
    return whole
