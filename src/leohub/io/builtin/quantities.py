"""Reads tables of quantities: TOML with a table for each number that a model rests on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from leohub.quantities import Quantity

Texts = Mapping[str, str]


@cache
def built_in_quantities(name: str) -> tuple[Mapping[str, Quantity], Texts, bytes]:
    """Read a table of the package.

    Parameters
    ----------
    name : str
        Below ``leohub/data``: ``"operators/starlink.toml"``.

    Returns
    -------
    quantities : mapping of str to Quantity
        By dotted name: ``"down.gt_db_per_k"``.
    texts : mapping of str to str
        What is not a number, by dotted name; its source under the same name with ``.source``.
    content : bytes
        Of the file.
    """
    content = resources.files("leohub.data").joinpath(name).read_bytes()
    quantities: dict[str, Quantity] = {}
    texts: dict[str, str] = {}
    for path, entry in _entries(tomllib.loads(content.decode()), ""):
        if isinstance(entry["value"], str):
            texts[path] = entry["value"]
            texts[f"{path}.source"] = f"{entry['basis']}: {entry['source']}"
        else:
            quantities[path] = to_quantity(entry)
    return quantities, texts, content


def to_quantity(entry: Mapping[str, Any]) -> Quantity:
    """Return a quantity from its entry: value, unit, basis, source and, perhaps, low and high.

    Raises
    ------
    ValueError
        If the range does not hold the value.
    """
    value = float(entry["value"])
    return Quantity(
        value=value,
        unit=entry["unit"],
        basis=entry["basis"],
        source=entry["source"],
        low=float(entry.get("low", value)),
        high=float(entry.get("high", value)),
    )


def _entries(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every table that has a value, with its dotted name."""
    for name, inside in table.items():
        below = f"{path}.{name}" if path else name
        if "value" in inside:
            yield below, inside
        else:
            yield from _entries(inside, below)
