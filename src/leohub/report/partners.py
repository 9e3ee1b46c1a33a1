"""What each partner gets: hubs, people newly reached, cost."""

from __future__ import annotations

import pandas as pd

from leohub.study.results import Results


def by_partner(results: Results) -> dict[str, dict[str, float]]:
    """Return hubs, people newly reached and cost of each partner.

    Parameters
    ----------
    results : Results

    Returns
    -------
    dict
        Partner → `hubs`, `reached_people`, `capital_usd`, `monthly_usd`; in the order of the study,
        empty where there are no territories.
    """
    if not results.study.partners:
        return {}
    hubs = results.hubs.groupby("partner")
    table = pd.DataFrame(
        {
            "hubs": hubs.size(),
            "reached_people": hubs["added_people"].sum(),
            "capital_usd": hubs["capital_usd"].sum(),
            "monthly_usd": hubs["monthly_usd"].sum(),
        }
    ).reindex([partner.name for partner in results.study.partners], fill_value=0)
    return {
        str(name): {str(column): float(value) for column, value in row.items()}
        for name, row in table.iterrows()
    }
