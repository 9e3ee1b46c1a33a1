"""A tornado: how far each quantity alone can move a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leohub.quantities import Quantities

Values = Mapping[str, NDArray[np.float64]]


def tornado(function: Callable[[Values], ArrayLike], quantities: Quantities) -> pd.DataFrame:
    """Set each uncertain quantity to the ends of its range, the others as they are.

    One at a time: what two quantities do together, and what lies between the ends, is not seen.

    Parameters
    ----------
    function : callable
        Takes an array of shape (cases,) for the name of each quantity, as `leohub.quantities.draws`
        gives, and returns a number for each case. It is called once.
    quantities : mapping of str to Quantity
        Those that are known stay as they are, and have no row.

    Returns
    -------
    DataFrame
        The widest swing first: `quantity`, its `low` and `high` [its unit], `result_at_low`,
        `result_at_high`, and `swing`, how far apart these two lie [unit of the result].

    Raises
    ------
    ValueError
        When the function does not return one number for each case.
    """
    names = [name for name, quantity in quantities.items() if not quantity.known]
    ends = np.array([(quantities[name].low, quantities[name].high) for name in names])
    at_ends = _evaluate(function, quantities, names, ends.reshape(-1, 2))
    with np.errstate(invalid="ignore"):
        swing = np.abs(at_ends[:, 1] - at_ends[:, 0])
    # Infinite at both ends alike: it does not move.
    swing[at_ends[:, 0] == at_ends[:, 1]] = 0.0
    table = pd.DataFrame(
        {
            "quantity": names,
            "low": ends.reshape(-1, 2)[:, 0],
            "high": ends.reshape(-1, 2)[:, 1],
            "result_at_low": at_ends[:, 0],
            "result_at_high": at_ends[:, 1],
            "swing": swing,
        }
    )
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _evaluate(
    function: Callable[[Values], ArrayLike],
    quantities: Quantities,
    names: list[str],
    ends: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the results at both ends of each named quantity, shape (names, 2)."""
    cases = 2 * len(names)
    values = {name: np.full(cases, quantity.value) for name, quantity in quantities.items()}
    for row, name in enumerate(names):
        values[name][2 * row : 2 * row + 2] = ends[row]
    results = np.asarray(function(values), dtype=np.float64)
    if results.shape not in ((), (cases,)):
        raise ValueError(f"the function returns shape {results.shape} for {cases} cases")
    return np.broadcast_to(results, cases).reshape(-1, 2)
