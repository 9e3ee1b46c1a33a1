"""`Certificate`: what proves the bound of a plan of hubs of limited capacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    """Numbers that prove a bound, whoever found them: `leohub.plan.capacity.proof`.

    The people of a cell stand in line; a site that serves the share `a` of them serves the first.
    The line is cut into layers, by cell and then by share.

    Attributes
    ----------
    cell : ndarray of int, shape (c,)
        Column of the coverage that each layer is part of.
    share : ndarray, shape (c,)
        Where the layer ends, as a share of the cell's people (0..1]; it begins where the one before
        it in the cell ends.
    granted : ndarray, shape (c,)
        Share of each person of the layer that is granted beforehand [0..1].
    rents : ndarray, shape (r,)
        Of the rows of the rules, not negative [people per unit].
    """

    cell: NDArray[np.intp]
    share: Floats
    granted: Floats
    rents: Floats
