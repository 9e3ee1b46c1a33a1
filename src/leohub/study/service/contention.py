"""What terminals get that share a service cell with each other, and whom that serves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.cells.load import terminal_mbps
from leohub.study.service.line import Line
from leohub.study.service.values import Values

Floats = NDArray[np.float64]


def busy_mbps(values: Values, line: Line, terminals_in_cell: ArrayLike) -> Floats:
    """Return what one terminal gets in the busiest hour, when so many of ours are in its cell.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (draws, 1)
    line : Line
        Of these values, shape (draws, hubs).
    terminals_in_cell : array_like
        At least 1; broadcasts against (draws, hubs), perhaps with axes before them.

    Returns
    -------
    ndarray
        [Mbps], shape (…, draws, hubs).
    """
    cell = line.cell_down
    each = terminal_mbps(
        cell.beams[..., None],
        line.down.clear_mbps[..., None],
        np.ones(1),
        cell.others,
        hubs=terminals_in_cell,
        max_mbps=values["terminal.max_down_mbps"],
    )
    return each[..., 0]
