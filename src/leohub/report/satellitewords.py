"""The satellites over the hubs of a plan, in plain words: how many carry broadband, any gaps."""

from __future__ import annotations

from leohub.report.numerals import count, duration, percent
from leohub.study.results import Results


def dark_sentence(results: Results) -> str:
    """Say before all else that no hub would work."""
    if float(results.hubs["usable_pct"].max()) > 0:
        return ""
    return (
        "None of these hubs would work: no usable satellite at any moment. Look at gateways, "
        "lasers, horizons and min_elevation_deg in [sky]."
    )


def satellites_sentence(results: Results) -> str:
    """Say how many satellites the hubs see and may use, and for how long none."""
    hubs = results.hubs
    gap = float(hubs["longest_gap_s"].max())
    worst = (
        "no hub is ever without one"
        if gap <= 0
        else f"a hub has a usable one {percent(hubs['usable_pct'].mean() / 100)} of the time, and "
        f"the longest time without one at any hub is {duration(gap)}"
    )
    hours = results.service.attrs["hours"]
    in_view, usable = hubs["in_view_mean"].mean(), hubs["usable_mean"].mean()
    return (
        f"{_screened(results)} Over the {hours:g} hours that were computed a hub has on average "
        f"{in_view:.1f} satellites in view and {usable:.1f} usable ones, at the worst moment of "
        f"the worst hub {int(hubs['usable_min'].min())}; {worst}."
    )


def _screened(results: Results) -> str:
    screening = results.screening
    kept = len(screening.kept)
    lost = not_propagated(results)
    uncounted = (
        f" Where {count(lost)} of the {count(kept)} are is not known for all of the hours "
        "(decayed, or not covered); there they count as out of view."
        if lost
        else ""
    )
    if kept == screening.total:
        return f"All {count(kept)} satellites can carry broadband.{uncounted}"
    reasons = ", ".join(f"{count(number)} {why}" for why, number in screening.left_out.items())
    return (
        f"Of {count(screening.total)} satellites {count(kept)} can carry broadband; left out are "
        f"{reasons}.{uncounted}"
    )


def not_propagated(results: Results) -> int:
    """Return the kept satellites whose place is not known for all of the hours computed."""
    return int(results.service.attrs["satellites_not_propagated"])
