"""Which cells a hub may claim: those that terrestrial networks do not serve."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def mark_eligible(
    cells: pd.DataFrame,
    *,
    density_limit_per_km2: float | None,
    served: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Add which cells are eligible and how many people in them need a hub.

    Parameters
    ----------
    cells : DataFrame
        As made by `leohub.people.cells.make_cells`.
    density_limit_per_km2 : float or None
        Cells with more people per area than this [people/km²] are taken as served by terrestrial
        networks. None keeps every cell.
    served : ndarray of bool, shape (n_cells,), optional
        Where a coverage layer says that terrestrial networks serve.

    Returns
    -------
    DataFrame
        A copy of `cells` with the columns `eligible` and `need_people`.
    """
    eligible = np.ones(len(cells), dtype=np.bool_)
    if density_limit_per_km2 is not None:
        eligible &= cells["density_per_km2"].to_numpy() <= density_limit_per_km2
    if served is not None:
        eligible &= ~served
    need_people = np.where(eligible, cells["unserved_people"].to_numpy(), 0.0)
    return cells.assign(eligible=eligible, need_people=need_people)
