"""What the sky gives to many places as one table: Parquet or CSV, a row for each place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from leohub.report.files import appearing

SUFFIXES: Final = (".parquet", ".csv")


def to_table(summary: xr.Dataset, listed: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each place: who it is, where it is, and what the sky gives it.

    Parameters
    ----------
    summary : Dataset
        As `leohub.sky.service.day_service` returns it.
    listed : DataFrame
        The same places, as `leohub.io.ground.places.read_places` returns them.
    """
    table = summary.to_dataframe().reset_index(drop=True)
    table.insert(0, "place_id", listed.index.to_numpy())
    table.insert(1, "name", listed["name"].to_numpy())
    return table


def write_table(
    table: pd.DataFrame, summary: xr.Dataset, path: Path, attributes: Mapping[str, Any]
) -> None:
    """Write a table; whole or not at all.

    Parameters
    ----------
    table : DataFrame
        As `to_table` returns it.
    summary : Dataset
        What it was made of: has the units and meanings.
    path : Path
        Ends in .parquet or .csv.
    attributes : mapping
        What it says of itself: kept under ``leohub`` in the metadata of Parquet; CSV has no room
        for it.

    Raises
    ------
    OutputError
        When the file can not be written.
    """
    with appearing(path) as part:
        if path.suffix.lower() == ".csv":
            table.to_csv(part, index=False, lineterminator="\n")
        else:
            pq.write_table(_described(table, summary, attributes), part, compression="zstd")


def _described(table: pd.DataFrame, summary: xr.Dataset, attributes: Mapping[str, Any]) -> pa.Table:
    """Return a table with what it says of itself, and unit and meaning of its columns."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    fields = [
        field.with_metadata({str(k): str(v) for k, v in summary[field.name].attrs.items()})
        if field.name in summary
        else field
        for field in arrow.schema
    ]
    told = json.dumps(dict(attributes), ensure_ascii=False)
    metadata = {**(arrow.schema.metadata or {}), b"leohub": told.encode()}
    return arrow.cast(pa.schema(fields, metadata=metadata))
