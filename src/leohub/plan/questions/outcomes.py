"""What a plan comes to for each of several parties: regions, or possible worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array, vstack

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import Floats, Mask
from leohub.plan.rules.rules import Rule, reached_by_cell


class Outcomes(Protocol):
    """Outcomes that grow with the people reached in each cell, in proportion."""

    @property
    def coverage(self) -> Coverage:
        """The problem whose cells the outcomes count."""

    @property
    def count(self) -> int:
        """How many outcomes there are."""

    @property
    def already(self) -> Floats:
        """The outcomes without any hub of the plan, shape (count,): those of hubs that stand."""

    def worth(self, weight: Floats) -> Floats:
        """Return what a person reached in each cell adds to the weighted sum of the outcomes.

        Parameters
        ----------
        weight : ndarray, shape (count,)
            Not negative.

        Returns
        -------
        ndarray, shape (n_cells,)
        """

    def of(self, chosen: Mask) -> Floats:
        """Return the outcomes of a plan, shape (count,)."""


@dataclass(frozen=True)
class ByCell:
    """Outcomes that are written down cell by cell.

    Attributes
    ----------
    coverage : Coverage
    per_person : csr_array, shape (count, n_cells)
        What a person reached in a cell adds to each outcome; not negative.
    already : ndarray, shape (count,)
        The outcomes without any hub of the plan.
    """

    coverage: Coverage
    per_person: csr_array
    already: Floats

    @property
    def count(self) -> int:
        """How many outcomes there are."""
        return int(self.per_person.shape[0])

    def worth(self, weight: Floats) -> Floats:
        """Return what a person is worth: `Outcomes.worth`."""
        return np.asarray(self.per_person.T @ weight)

    def of(self, chosen: Mask) -> Floats:
        """Return the outcomes of a plan: `Outcomes.of`."""
        return np.asarray(self.already + self.per_person @ reached_by_cell(self.coverage, chosen))


def at_least_worth(name: str, outcomes: Outcomes, weights: list[Floats], least: float) -> Rule:
    """Ask for weighted sums of the outcomes of at least so much, a row for each weighting.

    Parameters
    ----------
    name : str
    outcomes : Outcomes
    weights : list of ndarray, shape (count,)
    least : float
        In the unit of the outcomes.
    """
    sites = outcomes.coverage.shares.shape[0]
    # Row by row: most outcomes count few of the cells.
    rows = [csr_array(outcomes.worth(weight)[np.newaxis, :]) for weight in weights]
    return Rule(
        name,
        csr_array((len(weights), sites)),
        np.array([weight @ outcomes.already - least for weight in weights]),
        csr_array(vstack(rows, format="csr")),
    )
