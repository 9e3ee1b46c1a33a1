"""The regions of a study, and who is unserved in them, as questions of fairness count them."""

from __future__ import annotations

import numpy as np

from leohub.plan.questions.fairness import Regions
from leohub.study.demands import Unserved
from leohub.study.posed import Posed


def find_region_shares(posed: Posed) -> Regions:
    """Return every region with unserved people.

    Shares are of all unserved people of a region, those too whom no hub may claim; whom hubs that
    stand reach counts as reached.
    """
    regions = posed.regions
    people, part = Unserved(posed.people, posed.census, posed.cells).of_each(list(regions.index))
    already = part @ (posed.cells["need_people"].to_numpy(float) * posed.reached_already)
    some = np.flatnonzero(people > 0)
    return Regions(
        names=tuple(str(name) for name in regions["region"].iloc[some]),
        part=part[some],
        unserved_people=people[some],
        reached_already_people=np.asarray(already)[some],
    )
