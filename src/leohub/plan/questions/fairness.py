r"""How evenly a plan reaches the unserved people of regions, and the plans that do so best.

With :math:`U_c` the unserved people of region `c` and :math:`h_{cj}` the part of the people of cell
`j` in need who live there, a plan that reaches :math:`w_j z_j` people of cell `j` reaches the share
:math:`s_c = (E_c + \sum_j h_{cj} w_j z_j) / U_c`, where :math:`E_c` are those whom hubs that stand
reach already.

- The *largest floor* is :math:`\max \min_c s_c`: no region is left behind further than it must be
  (Rawls's difference principle, applied to shares).
- The *most even reach* is :math:`\max \bar s (1 - G)`, the mean share times 1 less the Gini
  coefficient of the shares, where every unserved person counts with the share of their region:
  people reached still count, and count more where few are.

Regions of which no hub at all could reach anyone newly would hold every floor down, whatever the
plan: they are left out, and named. Both questions are answered by `leohub.plan.questions.balance`,
with a proven ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import Choose, Floats, Mask, Refutes, never
from leohub.plan.questions.balance import Balanced, Effort, find_balanced
from leohub.plan.questions.outcomes import ByCell
from leohub.plan.questions.weightings import LeastOf, Lorenz, Weightings
from leohub.plan.rules.rules import Rules


@dataclass(frozen=True)
class Regions:
    """The regions of a study, and who is unserved in them.

    Attributes
    ----------
    names : tuple of str
    part : csr_array, shape (n_regions, n_cells)
        Share of each cell's people in need who live in each region [0..1].
    unserved_people : ndarray, shape (n_regions,)
        All unserved people of the region, those too whom no hub could reach; above 0.
    reached_already_people : ndarray, shape (n_regions,)
        Those of them whom hubs that stand reach, and the cells no longer count.
    """

    names: tuple[str, ...]
    part: csr_array
    unserved_people: Floats
    reached_already_people: Floats

    def __post_init__(self) -> None:
        numbers = {len(self.unserved_people), len(self.reached_already_people)}
        if numbers | {self.part.shape[0]} != {len(self.names)}:
            raise ValueError("a name, a part and a number of unserved people for each region")
        if np.any(~(self.unserved_people > 0)):
            raise ValueError("a region without unserved people has no share of them")

    def outcomes(self, coverage: Coverage) -> ByCell:
        """Return the shares of the regions as outcomes of plans."""
        already = self.reached_already_people / self.unserved_people
        per_person = csr_array(diags_array(1 / self.unserved_people) @ self.part)
        return ByCell(coverage, per_person, already)

    def shares(self, coverage: Coverage, chosen: Mask) -> Floats:
        """Return the share of each region's unserved people who are reached, (n_regions,)."""
        return self.outcomes(coverage).of(chosen)

    def only(self, kept: Mask) -> Regions:
        """Return some of the regions."""
        return Regions(
            tuple(name for name, keep in zip(self.names, kept, strict=True) if keep),
            self.part[np.flatnonzero(kept)],
            self.unserved_people[kept],
            self.reached_already_people[kept],
        )

    def within_reach(self, coverage: Coverage, allowed: Mask, least_share: float) -> Mask:
        """Tell of which regions hubs at all allowed sites reach more than a share [0..1].

        Where they would reach nobody beyond hubs that stand, a region is not within reach.
        """
        already = self.reached_already_people / self.unserved_people
        return self.shares(coverage, allowed) > np.maximum(already, least_share)


@dataclass(frozen=True)
class Fair:
    """The fairest plan found.

    Attributes
    ----------
    plan : Balanced
        Its `value` is the floor, or the mean share times 1 less the Gini coefficient [0..1].
    regions : Regions
        Those that were counted, in the order of `plan.outcomes`: their shares.
    left_out : tuple of str
        Regions of which no hub could reach anyone newly, or not enough.
    """

    plan: Balanced
    regions: Regions
    left_out: tuple[str, ...]

    @property
    def gini(self) -> float:
        """Gini coefficient of the shares of the regions that were counted [0..1]."""
        return gini(self.plan.outcomes, self.regions.unserved_people)


def gini(shares: Floats, people: Floats) -> float:
    r"""Return the Gini coefficient of shares, each counted with the people it is of [0..1].

    :math:`G = \sum_c \sum_d p_c p_d |s_c - s_d| / 2 \bar s`; 0 where nobody is reached.

    Parameters
    ----------
    shares, people : ndarray, shape (n_regions,)
    """
    part = people / people.sum()
    mean = float(part @ shares)
    if mean == 0:
        return 0.0
    return 1 - float(Lorenz(part).harshest(shares) @ shares) / mean


def find_largest_floor(
    coverage: Coverage,
    rules: Rules,
    regions: Regions,
    choose: Choose,
    *,
    least_share: float = 0.0,
    effort: Effort | None = None,
    refutes: Refutes = never,
) -> Fair | None:
    """Find the plan whose worst region is best off.

    Parameters
    ----------
    coverage : Coverage
    rules : Rules
    regions : Regions
    choose : Choose
    least_share : float
        Regions of which hubs at all sites would reach no more than this share are left out [0..1].
    effort, refutes
        As for `find_balanced`; the tolerance is a share [0..1].

    Returns
    -------
    Fair or None
        None where the rules alone gave no plan, or no region is within reach.
    """
    counted = regions.within_reach(coverage, rules.allowed, least_share)
    weightings = LeastOf(int(counted.sum()))
    return _find(coverage, rules, regions, counted, choose, weightings, effort, refutes)


def find_most_even(
    coverage: Coverage,
    rules: Rules,
    regions: Regions,
    choose: Choose,
    *,
    least_share: float = 0.0,
    effort: Effort | None = None,
    refutes: Refutes = never,
) -> Fair | None:
    """Find the plan whose mean share times 1 less the Gini coefficient is largest.

    Parameters and result as for `find_largest_floor`.
    """
    counted = regions.within_reach(coverage, rules.allowed, least_share)
    people = regions.only(counted).unserved_people
    weightings = Lorenz(people / people.sum()) if len(people) else LeastOf(0)
    return _find(coverage, rules, regions, counted, choose, weightings, effort, refutes)


def _find(
    coverage: Coverage,
    rules: Rules,
    regions: Regions,
    counted: Mask,
    choose: Choose,
    weightings: Weightings,
    effort: Effort | None,
    refutes: Refutes,
) -> Fair | None:
    if not counted.any():
        return None
    kept = regions.only(counted)
    plan = find_balanced(
        kept.outcomes(coverage),
        weightings,
        rules,
        choose,
        effort=effort,
        refutes=refutes,
    )
    return None if plan is None else Fair(plan, kept, regions.only(~counted).names)
