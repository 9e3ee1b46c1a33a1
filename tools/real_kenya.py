"""Say whether the real-Kenya plan keeps its promises: people counted whole, the gap proven.

``python tools/real_kenya.py summary.json`` reads what ``leohub plan … --json`` printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

CENSUS_PEOPLE = 47_564_296
LARGEST_GAP_PCT = 5.0
HUBS = 450


def main() -> int:
    figures = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    promises = {
        "every person of the census is counted": abs(figures["people"] - CENSUS_PEOPLE) < 50,
        f"{HUBS} hubs are chosen": figures["hubs"] == HUBS,
        f"the gap is at most {LARGEST_GAP_PCT} %": figures["gap_pct"] <= LARGEST_GAP_PCT,
        "the bound is not below the plan": figures["bound_people"] >= figures["reached_people"],
        "every hub has satellites to use": figures["usable_min"] >= 1,
    }
    print(
        f"real Kenya: {figures['hubs']} hubs newly reach {figures['reached_people']:,.0f} people, "
        f"bound {figures['bound_people']:,.0f}, gap {figures['gap_pct']:.2f} %"
    )
    for promise, kept in promises.items():
        print(f"  {'kept' if kept else 'BROKEN'}: {promise}")
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
