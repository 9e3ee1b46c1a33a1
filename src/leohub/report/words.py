"""The plan in plain words: what it reaches, costs and leaves out."""

from __future__ import annotations

import math

from leohub.plan.findings.margin import margin
from leohub.report.account import Account, account
from leohub.report.capacitywords import served_of_promise, served_sentence
from leohub.report.catchmentwords import expected, within
from leohub.report.costwords import budget_sentence, cost_sentence
from leohub.report.marginwords import margin_sentence
from leohub.report.numerals import count, percent, plural
from leohub.report.partners import by_partner
from leohub.report.proofwords import proof_sentence
from leohub.report.rulewords import rules_said
from leohub.report.satellitewords import dark_sentence, satellites_sentence
from leohub.report.servicewords import service_sentence
from leohub.study.results import Results

BUILT_IN = "built-in"
"""How the sources that come with the package are named."""


def sentences(results: Results, figures: Account | None = None) -> list[str]:
    """Return the answer in plain words, one sentence or two an item, most important first.

    Parameters
    ----------
    results : Results
    figures : Account, optional
        Its `account`, where that has been added up already.
    """
    figures = figures or account(results)
    said = [
        dark_sentence(results),
        _reach(results, figures),
        served_sentence(results),
        service_sentence(results),
        proof_sentence(results, figures),
        rules_said(results),
        margin_said(results),
        _promise(results, figures),
        _where(results, figures),
        _partners(results),
        satellites_sentence(results),
        cost_sentence(results, figures),
        budget_sentence(results, figures),
        _left_out(results, figures),
        _modelled(results),
        *results.warnings,
    ]
    return [sentence for sentence in said if sentence]


def margin_said(results: Results) -> str:
    """Say what the last hubs of the plan add and what the next would."""
    rules = results.demands.rules.names
    return margin_sentence(margin(results.plan), ruled=len(rules) > 1)


def _reach(results: Results, figures: Account) -> str:
    parts = " ".join(filter(None, [expected(results), "This is potential reach, not use."]))
    return (
        f"{plural(figures.hubs, 'hub')} would newly reach {count(figures.reached_people)} of the "
        f"{count(figures.unserved_people)} unserved people of {results.study.programme.country} "
        f"({percent(figures.reached_share)}): people who do not use the internet today and live "
        f"within {within(results)} of a hub. {parts}"
    )


def _promise(results: Results, figures: Account) -> str:
    promise = results.study.programme.promise_people
    if promise is None:
        return ""
    by = results.study.programme.promise_by
    when = f" by {by:%-d %B %Y}" if by else ""
    kept = figures.reached_people / promise
    bring = (
        f"more than that, {percent(kept)} of the promise"
        if kept > 1
        else f"{percent(kept)} of that"
    )
    return (
        f"The programme promised to reach {count(promise)} people{when}: these hubs would bring "
        f"{bring}{served_of_promise(results, promise)}."
    )


def _where(results: Results, figures: Account) -> str:
    regions = results.regions.sort_values("reached_people", ascending=False, kind="stable")
    top = [
        f"{row.region} ({count(row.reached_people)} with {plural(int(row.hubs), 'hub')})"
        for row in regions.head(3).itertuples()
        if row.reached_people > 0
    ]
    if not top:
        return ""
    listed = top[0] if len(top) == 1 else f"{', '.join(top[:-1])} and {top[-1]}"
    without = int((regions["hubs"] == 0).sum())
    none = f" {without} of the {len(regions)} regions get no hub." if without else ""
    return f"The most are reached in {listed}.{none}"


def _partners(results: Results) -> str:
    shares = by_partner(results)
    if not shares:
        return ""
    each = ", ".join(
        f"{name} {plural(int(share['hubs']), 'hub')} ({count(share['reached_people'])})"
        for name, share in shares.items()
    )
    return f"By partner, with the people newly reached: {each}."


def _left_out(results: Results, figures: Account) -> str:
    limit = results.study.unserved.density_limit_per_km2
    rules = [] if math.isinf(limit) else [f"above {limit:,.0f} people per km²"]
    if results.study.unserved.coverage_layer is not None:
        rules.append("inside the coverage layer")
    why = f"in cells {' or '.join(rules)}, taken as served by terrestrial networks"
    if not rules:
        why = "in cells taken as served"
    parts = (
        figures.served_area_people,
        figures.beyond_candidates_people,
        figures.beyond_hubs_people,
    )
    # The sum of the rounded parts, so that what is printed adds up.
    return (
        f"It leaves out {count(sum(round(part) for part in parts))} unserved people: "
        f"{count(figures.served_area_people)} {why}, "
        f"{count(figures.beyond_candidates_people)} out of reach of every candidate place, and "
        f"{count(figures.beyond_hubs_people)} that more hubs could reach."
    )


def _modelled(results: Results) -> str:
    modelled = [source for source in results.sources if source.basis == "modelled"]
    roles = dict.fromkeys(source.role for source in modelled)
    if not roles:
        return ""
    said = f"Modelled, not measured, in this plan: {', '.join(roles)}."
    if any(source.file.startswith(BUILT_IN) for source in modelled):
        said += " It shows the method; a plan to act on needs the real data."
    return said
