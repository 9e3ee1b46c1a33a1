"""What is different between two plans, in words and as figures."""

from __future__ import annotations

from typing import Any, Final

from leohub.report.difference import Difference
from leohub.report.numerals import count, listed, percent, plural, usd
from leohub.report.samehubs import BOTH, ONLY_A, ONLY_B

REGIONS_TOLD: Final = 3
"""Regions that are named as those that gain or lose the most."""

LEAST_PEOPLE: Final = 0.5
"""A change by fewer people is none."""

ROWS: Final = (
    ("Hubs", "hubs", count),
    ("People newly reached", "reached_people", count),
    ("At most possible with as many hubs (proven)", "bound_people", count),
    ("To build, all hubs", "capital_usd", usd),
    ("A month to run, all hubs", "monthly_usd", usd),
    ("A month, for each person newly reached", "cost_per_person_month_usd", usd),
)
"""Title, figure of the summary, and how it is written."""


def folder_names(found: Difference) -> tuple[str, str]:
    """Return what to call the two folders: as much of the ends of their paths as differs."""
    paths = [run.folder.resolve().parts for run in (found.a, found.b)]
    last = min(2, *map(len, paths)) if paths[0][-1] == paths[1][-1] else 1
    one, other = ("/".join(parts[-last:]) for parts in paths)
    return one, other


def side_by_side(found: Difference) -> list[tuple[str, str, str]]:
    """Return the rows of the table of both plans: title, A, B."""
    rows = []
    for title, name, write in ROWS:
        values = [run.run["summary"].get(name) for run in (found.a, found.b)]
        said = ["not defined" if value is None else write(float(value)) for value in values]
        rows.append((title, said[0], said[1]))
    return rows


def difference_in_words(found: Difference) -> list[str]:
    """Return the difference of two plans in sentences."""
    return [_reach(found), _hubs(found), *_regions(found)]


def to_figures(found: Difference) -> dict[str, Any]:
    """Return the difference of two plans as numbers, ready for JSON."""
    plans = {
        name: {
            "results": str(run.folder),
            "programme": run.run["summary"].get("programme"),
            **{figure: run.run["summary"].get(figure) for _, figure, _ in ROWS},
        }
        for name, run in (("a", found.a), ("b", found.b))
    }
    regions = found.regions.drop(columns="geometry")
    return {
        **plans,
        "hubs_in_both": found.count(BOTH),
        "hubs_only_a": found.count(ONLY_A),
        "hubs_only_b": found.count(ONLY_B),
        "hubs_only_b_near_only_a": found.stand_ins(),
        "regions": regions.rename(
            columns={"reached_a": "reached_a_people", "reached_b": "reached_b_people"}
            | {"change": "change_people"}
        ).to_dict(orient="records"),
        "unlike": list(found.unlike),
        "in_words": difference_in_words(found),
    }


def _reach(found: Difference) -> str:
    a, b = (float(run.run["summary"]["reached_people"]) for run in (found.a, found.b))
    said = f"A newly reaches {count(a)} people, B {count(b)}"
    if abs(b - a) < LEAST_PEOPLE:
        return f"{said}: as many."
    share = f" ({percent(abs(b - a) / a)})" if a > 0 else ""
    return f"{said}: {count(abs(b - a))} {'more' if b > a else 'fewer'}{share}."


def _hubs(found: Difference) -> str:
    both, only_a, only_b = (found.count(group) for group in (BOTH, ONLY_A, ONLY_B))
    if not only_a and not only_b:
        return f"The {plural(both, 'hub')} are the same."
    kept = plural(both, "hub")
    said = f"{kept} in both plans, {count(only_a)} only in A, {count(only_b)} only in B."
    if built := found.built(ONLY_A):
        said += f" Of those only in A, {_stand(built)} already in B: built, not given up."
    if known := found.built(ONLY_B):
        said += f" Of those only in B, {_stand(known)} already in A."
    near = found.stand_ins()
    if near:
        said += (
            f" Of those only in B, {_stand(near)} within the service radius of one that is "
            "only in A: neighbours stand in for each other."
        )
    return said


def _stand(hubs: int) -> str:
    return plural(hubs, "stands", "stand")


def _regions(found: Difference) -> list[str]:
    said = []
    for way, sign in (("gain", 1), ("lose", -1)):
        change = sign * found.regions["change"]
        most = change[change >= LEAST_PEOPLE].sort_values(ascending=False, kind="stable")
        if most.empty:
            continue
        named = [
            f"{found.regions.at[row, 'region']} ({count(people)})"
            for row, people in most.head(REGIONS_TOLD).items()
        ]
        verb = f"{way}s" if len(most) == 1 else way
        most_of_all = " most of all" if len(most) > REGIONS_TOLD else ""
        said.append(
            f"From A to B {plural(len(most), 'region')} {verb}{most_of_all}: {listed(named)}."
        )
    return said or ["No region gains or loses anybody."]
