"""Lists of the times during which gateways were, or will be, out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.errors import Problems
from leohub.io.columns import suggest, texts
from leohub.io.ground.fields import Field, find_columns
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.gateways import Gateways, Outage
from leohub.sky.motion.moments import to_datetime64

_FIELDS = {
    "gateway": Field("the gateway", ("gateway", "name", "station")),
    "begin": Field("the begin", ("begin", "begin_utc", "start", "from")),
    "end": Field("the end", ("end", "end_utc", "stop", "until", "to")),
}
_TIMES = "Write it like 2026-09-23T21:00, in UTC or with its time zone (+03:00)"


def read_outages(file: InputFile, gateways: Gateways) -> tuple[tuple[Outage, ...], Source]:
    """Read a list of gateway outages.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `gateway`, `begin` and
        `end`: ISO 8601 times, UTC where they name no time zone; the end is not part of the outage.
    gateways : Gateways
        The gateways that the list may name.

    Returns
    -------
    outages : tuple of Outage
        In the order of the file; for ``dataclasses.replace(gateways, outages=outages)``.
    source : Source
        Totals: outages, gateways.

    Raises
    ------
    InputError
        With every problem of the list: gateways that are not known, times that are none, an end
        that is not after the begin.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    gateway = _positions(texts(table[columns["gateway"]]), gateways, problems)
    begin, end = (_moments(table[columns[key]], columns[key], problems) for key in ("begin", "end"))
    problems.add_rows(
        [
            (row, f"the end, {_minute(end[row])}, is not after the begin, {_minute(begin[row])}")
            for row in table.index[(end <= begin).to_numpy()]
        ],
        "Exchange or correct the times",
    )
    problems.raise_if_any()
    outages = tuple(
        Outage(gateway=int(g), begin=np.datetime64(b, "us"), end=np.datetime64(e, "us"))
        for g, b, e in zip(gateway, begin, end, strict=True)
    )
    totals = {"outages": float(len(outages)), "gateways": float(gateway.nunique())}
    return outages, file.source("gateway outages", totals=totals)


def _positions(names: pd.Series, gateways: Gateways, problems: Problems) -> pd.Series:
    """Return the position of each named gateway; note the names that are none."""
    known = [str(name) for name in gateways.name]
    for row, name in names[~names.isin(known)].items():
        problems.add(
            f"row {row}",
            f"there is no gateway {name!r}" if name else "the gateway is missing",
            suggest(name, known, "The closest is {}", "Name it as the list of gateways does"),
        )
    return names.map({name: position for position, name in enumerate(known)})


def _moments(column: pd.Series, name: str, problems: Problems) -> pd.Series:
    """Return times in UTC, NaT where they were noted as a problem."""
    wrong: list[tuple[int, str]] = []
    moments: list[np.datetime64] = []
    for row, text in zip(column.index, texts(column), strict=True):
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            wrong.append((row, f"column {name!r}: {text!r} is not a time"))
            moments.append(np.datetime64("NaT", "us"))
            continue
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            said = f"{text!r} is not in the years {FIRST_YEAR} to {LAST_YEAR}"
            wrong.append((row, f"column {name!r}: {said}"))
        moments.append(to_datetime64(moment))
    problems.add_rows(wrong, _TIMES)
    return pd.Series(np.array(moments, dtype="datetime64[us]"), index=column.index)


def _minute(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
