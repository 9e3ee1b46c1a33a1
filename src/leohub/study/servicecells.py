"""How many hubs a service cell has room for, as a rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leohub.plan.rules.numbers import at_most_in_each
from leohub.plan.rules.rules import Rule
from leohub.sky.cells.grouping import service_cells
from leohub.study.demands import Written, hubs_in_words
from leohub.study.secondterminal import SERVICE_CELL
from leohub.study.settings import MODELLED, Study


def demands_on_service_cells(
    study: Study, sites: pd.DataFrame, resolution: int
) -> Iterator[Written]:
    """Yield the rule of a study that gives the number itself; what is modelled needs the sky."""
    most = study.choice.most_hubs_per_service_cell
    if most is not None and most != MODELLED:
        words = f"at most {hubs_in_words(most)} in a service cell"
        yield in_service_cells(words, study, sites, resolution, most), SERVICE_CELL


def in_service_cells(
    words: str, study: Study, sites: pd.DataFrame, resolution: int, hubs: ArrayLike
) -> Rule:
    """Return the rule that a service cell has room for so many hubs.

    Parameters
    ----------
    words : str
    study : Study
        Says whether hubs may have a second terminal, which takes as much.
    sites : DataFrame
    resolution : int
        Of the service cells.
    hubs : array_like, shape () or (n_sites,)
        The room; the least of the sites in a cell counts.
    """
    cells = service_cells(sites["lat_deg"], sites["lon_deg"], resolution)
    found, group = np.unique(cells, return_inverse=True)
    room = np.full(len(found), np.inf)
    np.minimum.at(room, group, np.broadcast_to(np.asarray(hubs, dtype=np.float64), group.shape))
    each = 1 if study.choice.second_terminal is None else 2
    return at_most_in_each(words, group, room, each=each)
