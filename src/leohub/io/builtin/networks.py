"""Where operators' traffic comes down and leads to, as configurations that the package brings."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problem
from leohub.io.builtin.ground import built_in_gateways, built_in_pops
from leohub.io.ground.gateways import MIN_ELEVATION_DEG
from leohub.io.provenance import Source
from leohub.sky.gateways import Gateways
from leohub.sky.latency.backhaul import Backhaul

BACKHAULS: Final = ("kenya-before", "kenya-after")
"""Kenya before and after its traffic was given a point of presence in Nairobi."""

Entry = Mapping[str, Any]


def built_in_backhaul(name: str) -> tuple[Backhaul, Source]:
    """Return a configuration of gateways, points of presence in use, and a server.

    Parameters
    ----------
    name : str
        One of `BACKHAULS`.

    Returns
    -------
    backhaul : Backhaul
        With the published gateways of the operator and those that the configuration adds.
    source : Source

    Raises
    ------
    InputError
        When it is not known.
    """
    if name not in BACKHAULS:
        problem = Problem(
            "built-in networks",
            "",
            f"network {name!r} is not known",
            f"Name one of {', '.join(BACKHAULS)}, or give gateways and points of presence",
        )
        raise InputError([problem])
    country, _, when = name.partition("-")
    file = f"networks/{country}.toml"
    content = resources.files("leohub.data").joinpath(file).read_bytes()
    told = tomllib.loads(content.decode())
    chosen = told["networks"][when]
    published, _ = built_in_gateways(told["operator"])
    pops, _ = built_in_pops(told["operator"])
    backhaul = Backhaul(
        gateways=_with(published, chosen["gateways"]),
        pops=pops,
        server_lat_deg=told["server"]["lat_deg"],
        server_lon_deg=told["server"]["lon_deg"],
        home_pops=tuple(chosen["home_pops"]),
        cables={cable["pop"]: np.array(cable["points"]) for cable in told["cables"]},
    )
    return backhaul, _source(file, content, told, chosen, backhaul)


def _with(published: Gateways, added: Sequence[Entry]) -> Gateways:
    """Return published gateways and others; these at height 0, and track satellites as low."""

    def joined(before: NDArray[Any], name: str) -> NDArray[Any]:
        return np.concatenate([before, np.array([one[name] for one in added], before.dtype.kind)])

    count = len(added)
    return Gateways(
        name=joined(published.name, "name"),
        lat_deg=joined(published.lat_deg, "lat_deg"),
        lon_deg=joined(published.lon_deg, "lon_deg"),
        height_km=np.append(published.height_km, np.zeros(count)),
        min_elevation_deg=np.append(published.min_elevation_deg, np.full(count, MIN_ELEVATION_DEG)),
        pop=joined(published.pop, "pop"),
    )


def _source(file: str, content: bytes, told: Entry, chosen: Entry, backhaul: Backhaul) -> Source:
    facts = [chosen, *chosen["gateways"], told["server"], *told["cables"]]
    return Source(
        role="backhaul",
        file=f"built-in: {file}",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        basis="assumed",
        origin="; ".join(dict.fromkeys(fact["source"] for fact in facts)),
        date=chosen["date"],
        licence="facts; each entry names its source",
        totals={
            "leading_gateways": float(len(backhaul.leading_gateways)),
            "home_pops": float(len(backhaul.home_pops)),
        },
        notes=(
            f"{chosen['title']}; server in {told['server']['name']}",
            *(f"gateway {one['name']}: {one['source']}" for one in chosen["gateways"]),
        ),
    )
