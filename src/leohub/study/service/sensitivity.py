"""What an estimate hangs on: how far each uncertain number moves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from leohub.quantities import Quantities

Floats = NDArray[np.float64]

BY_CHANCE: Final = 3.5
"""Correlations of less than so many standard deviations are taken as chance."""


def hangs_on(
    outputs: Mapping[str, Floats], drawn: Mapping[str, Floats], quantities: Quantities
) -> pd.DataFrame:
    """Return the share of each uncertain quantity in what outputs vary by.

    Squared rank correlations (Spearman), over their sum: for independent draws and one-way effects.

    Parameters
    ----------
    outputs : mapping of str to ndarray, shape (draws,)
    drawn : mapping of str to ndarray, shape (draws,)
    quantities : mapping of str to Quantity

    Returns
    -------
    DataFrame
        `output`, `quantity`, `share`; of each output the largest first.
    """
    names = [name for name, quantity in quantities.items() if not quantity.known]
    came = rankdata(list(outputs.values()), axis=1)
    count = came.shape[1]
    given = rankdata(np.array([drawn[name] for name in names]).reshape(-1, count), axis=1)
    given -= given.mean(axis=1, keepdims=True)
    came -= came.mean(axis=1, keepdims=True)
    norm = np.outer(np.linalg.norm(came, axis=1), np.linalg.norm(given, axis=1))
    squared = np.divide(came @ given.T, norm, out=np.zeros(norm.shape), where=norm > 0) ** 2
    # Even a quantity that does not matter correlates by chance: ranks of so many independent draws
    # with a standard deviation of 1 / √(draws - 1).
    squared[squared < BY_CHANCE**2 / (count - 1)] = 0
    share = squared / np.maximum(squared.sum(axis=1, keepdims=True), 1e-12)
    table = pd.DataFrame(
        {
            "output": np.repeat(list(outputs), len(names)),
            "quantity": np.tile(names, len(outputs)),
            "share": share.ravel(),
        }
    )
    ordered = table.sort_values(["output", "share"], ascending=[True, False], kind="stable")
    return ordered.reset_index(drop=True)
