"""Census figures by region."""

from __future__ import annotations

import difflib
import unicodedata

import geopandas as gpd
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import numbers, require_columns, texts
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table


def read_census(
    file: InputFile,
    regions: gpd.GeoDataFrame,
    *,
    internet_use: str,
    code: str | None = None,
    name: str | None = None,
    population: str | None = None,
    aliases: dict[str, str] | None = None,
) -> tuple[pd.DataFrame, Source]:
    """Read a census table and join it to the regions by code, or else by name.

    Names are compared without regard to case, accents, spaces, hyphens, apostrophes and other
    marks: "Murang'a" is "Muranga", "Elgeyo/Marakwet" is "Elgeyo-Marakwet".

    Parameters
    ----------
    file : InputFile
        CSV, XLSX, Parquet, GeoJSON or GeoPackage with one or more rows per region.
    regions : GeoDataFrame
        As returned by `leohub.io.regions.read_regions`.
    internet_use : str
        Column with the share of people who already use the internet [%].
    code, name : str, optional
        Column to join by; `code` is used when both are given.
    population : str, optional
        Column with the people counted. Needed where a region has several rows.
    aliases : dict, optional
        Name (or code) in the census → name (or code) of the region.

    Returns
    -------
    census : DataFrame
        Indexed by `region_code`, one row for every region in their order: `census_people` (sum of
        its rows; NaN without `population`) and `internet_use_pct` (mean of its rows weighted by
        people).
    source : Source

    Raises
    ------
    InputError
        When columns are missing, numbers are out of range or shares are given as fractions,
        or any row or region stays unmatched.
    """
    table = read_table(file)
    problems = file.problems()
    column = code if code is not None else name
    if column is None:
        problems.add("[census]", "no column to join by", "Set `census.code` or `census.name`")
        problems.raise_if_any()
    assert column is not None
    key = "census.code" if code is not None else "census.name"
    wanted = {key: column, "census.population": population, "census.internet_use": internet_use}
    require_columns(table, wanted, problems)
    problems.raise_if_any()

    labels = regions.index.to_series() if code is not None else regions["region"]
    region_code = _match(texts(table[column]), labels, aliases or {}, problems)
    pct = numbers(table, internet_use, problems, low=0, high=100)
    if 0 < pct.max() <= 1:
        problems.add(
            f"column {internet_use!r}",
            "no value is above 1, so these are probably fractions; the share who use the internet "
            "is read in % of people",
            "Multiply the column by 100",
        )
    people = pd.Series(float("nan"), index=table.index)
    if population is not None:
        people = numbers(table, population, problems, low=0, high=1e10)
    elif region_code[region_code != ""].duplicated().any():
        problems.add(
            f"column {column!r}",
            "some regions have several rows, and nothing says how many people each row stands for",
            "Set `census.population`",
        )
    problems.raise_if_any()

    rows = pd.DataFrame({"region_code": region_code, "people": people, "pct": pct})
    census = _combined(rows).reindex(regions.index)
    notes: tuple[str, ...] = ()
    if len(rows) > len(census):
        notes = (f"{len(rows):,} rows were joined into {len(census):,} regions",)
    totals = {"rows": float(len(rows)), "regions": float(len(census))}
    if population is not None:
        totals["people"] = float(census["census_people"].sum())
    return census, file.source("census", totals=totals, notes=notes)


def plain_name(name: str) -> str:
    """Return a name with only its letters and digits, lower case, without accents."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _match(
    given: pd.Series, labels: pd.Series, aliases: dict[str, str], problems: Problems
) -> pd.Series:
    """Return the region code of each census row; note all rows and regions left over."""
    code_of = {plain_name(label): code for code, label in labels.items()}
    alias_of = {plain_name(alias): plain_name(label) for alias, label in aliases.items()}
    for alias, label in aliases.items():
        if plain_name(label) not in code_of:
            problems.add(
                f"alias {alias!r}",
                f"there is no region {label!r}",
                _closest(label, labels.tolist()),
            )
    plain = given.map(plain_name)
    matched = pd.Series(
        [code_of.get(alias_of.get(name, name), "") for name in plain], index=given.index
    )
    left = [code for code in labels.index if code not in set(matched)]
    free = [labels[code] for code in left] or labels.tolist()
    for row in given.index[matched == ""]:
        problems.add(
            f"row {row}",
            f"{given[row]!r} is not one of the regions" if given[row] else "no region is named",
            _closest(given[row], free) + ", as an alias or in the table, or take the row out",
        )
    for code in left:
        unmatched = given[matched == ""].tolist()
        problems.add(
            f"region {labels[code]!r} ({code})",
            "the census has no row for it",
            _closest(
                labels[code], unmatched, "Add a row, or an alias for a row that stands for it"
            ),
        )
    return matched


def _closest(name: str, choices: list[str], otherwise: str = "Name one of the regions") -> str:
    by_plain = {plain_name(choice): choice for choice in choices}
    close = difflib.get_close_matches(plain_name(name), by_plain, n=1, cutoff=0.5)
    return f"The closest is {by_plain[close[0]]!r}" if close else otherwise


def _combined(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per region: people added up, shares weighted by people."""
    groups = rows.assign(users=rows["pct"] * rows["people"]).groupby("region_code")
    people = groups["people"].sum(min_count=1)
    weighted = groups["users"].sum(min_count=1) / people.where(people > 0)
    pct = weighted.fillna(groups["pct"].mean())
    return pd.DataFrame({"census_people": people, "internet_use_pct": pct})
