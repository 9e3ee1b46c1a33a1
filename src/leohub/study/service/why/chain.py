"""The whole chain of a hub, link by link."""

from __future__ import annotations

from leohub.study.service.estimate import Estimate
from leohub.study.service.why.cell import cell_steps, latency_steps, terminal_steps
from leohub.study.service.why.people import cost_steps, people_steps, power_steps
from leohub.study.service.why.sky import air_steps, link_steps, outages_steps, sky_steps
from leohub.study.service.why.step import Hub, Step


def why(estimate: Estimate, hub: int) -> tuple[Step, ...]:
    """Return every link of the chain of one hub, from the sky to what a person costs.

    Parameters
    ----------
    estimate : Estimate
    hub : int
        Its position, from 0.

    Returns
    -------
    tuple of Step
        With the values of all quantities, without draws: the values of `Estimate.hubs`.

    Raises
    ------
    IndexError
        If there is no such hub.
    """
    if not 0 <= hub < len(estimate.situation):
        raise IndexError(f"there are {len(estimate.situation)} hubs, and none at position {hub}")
    one = Hub(estimate, hub)
    return (
        *sky_steps(one),
        *air_steps(one),
        *link_steps(one, "down", estimate.chain.line.down),
        *link_steps(one, "up", estimate.chain.line.up),
        *outages_steps(one),
        *cell_steps(one),
        *terminal_steps(one, "down", estimate.chain.line.down, estimate.chain.line.cell_down),
        *terminal_steps(one, "up", estimate.chain.line.up, estimate.chain.line.cell_up),
        *latency_steps(one),
        *people_steps(one),
        *power_steps(one),
        *cost_steps(one),
    )
