"""Say whether the real-Kenya plan keeps its promises: people counted whole, the gap proven.

``python tools/real_kenya.py summary.json`` reads what ``leohub plan … --json`` printed.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

CENSUS_PEOPLE = 47_564_296
LARGEST_GAP_PCT = 5.0
HUBS = 450


RANGED = (
    "availability_pct",
    "terminal_mbps",
    "latency_server_ms",
    "rain_out_h_per_year",
    "served_well_people",
    "cost_per_served_month_usd",
)


def served_everywhere(figures: dict[str, Any]) -> bool:
    with (Path(figures["results"]) / "hubs.csv").open(encoding="utf-8") as file:
        hubs = list(csv.DictReader(file))
    return len(hubs) == HUBS and all(
        0 <= float(hub[f"{name}_low"]) <= float(hub[f"{name}_high"]) and float(hub[name]) >= 0
        for hub in hubs
        for name in RANGED
    )


def main() -> int:
    figures = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    promises = {
        "every person of the census is counted": abs(figures["people"] - CENSUS_PEOPLE) < 50,
        f"{HUBS} hubs are chosen": figures["hubs"] == HUBS,
        f"the gap is at most {LARGEST_GAP_PCT} %": figures["gap_pct"] <= LARGEST_GAP_PCT,
        "the bound is not below the plan": figures["bound_people"] >= figures["reached_people"],
        "every hub has satellites to use": figures["usable_min"] >= 1,
        "every hub has its service and cost, with intervals": served_everywhere(figures),
    }
    print(
        f"real Kenya: {figures['hubs']} hubs newly reach {figures['reached_people']:,.0f} people, "
        f"bound {figures['bound_people']:,.0f}, gap {figures['gap_pct']:.2f} %, "
        f"{figures['service']['served_well_people']['value']:,.0f} of them served well"
    )
    for promise, kept in promises.items():
        print(f"  {'kept' if kept else 'BROKEN'}: {promise}")
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
