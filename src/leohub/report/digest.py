"""What several outputs need of the results, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.report.account import Account, account, reached_by_cell
from leohub.report.catchments import Shapes, catchments
from leohub.report.hexagons import hexagons, rings
from leohub.study.results import Results


@dataclass(frozen=True)
class Digest:
    """Results with what is drawn and told from them.

    Attributes
    ----------
    results : Results
    figures : Account
        The plan added up.
    reached_people : ndarray, shape (n_cells,)
        Unserved people newly reached in each cell.
    hexagons : DataFrame
        The cells gathered for maps; see `leohub.report.hexagons`.
    rings : list of ndarray, shape (corners, 2) each
        Corners (lon, lat) of each hexagon [°].
    catchments : ndarray of MultiPolygon, shape (k,), or None
        The land that each hub serves; None where circles are true.
    standing : DataFrame
        Hubs that stand already, which maps show in a shape of their own: sites, with `region`.
    """

    results: Results
    figures: Account
    reached_people: NDArray[np.float64]
    hexagons: pd.DataFrame
    rings: list[NDArray[np.float64]]
    catchments: Shapes | None
    standing: pd.DataFrame


def digest(results: Results) -> Digest:
    """Work out what several outputs need."""
    reached = reached_by_cell(results.coverage, results.plan.hubs)
    frame = hexagons(results.cells, reached)
    return Digest(
        results,
        account(results),
        reached,
        frame,
        rings(frame.index.to_numpy(np.uint64)),
        catchments(results),
        _standing(results),
    )


def _standing(results: Results) -> pd.DataFrame:
    standing = results.sites[results.standing]
    region = results.regions["region"].reindex(standing["region_code"])
    return standing.assign(region=region.to_numpy())
