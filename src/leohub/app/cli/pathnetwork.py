"""The network that `leohub paths` is asked about: satellites, lasers and ground."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from leohub.io.builtin.ground import built_in_gateways, built_in_pops
from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.outages import read_outages
from leohub.io.ground.places import read_places
from leohub.io.ground.pops import read_pops
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile, Source
from leohub.report.skywords import DOUBT
from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways, PointsOfPresence
from leohub.sky.motion.moments import Times, slot_times, to_datetime64
from leohub.sky.network.lasers import grid_by_number, grid_links
from leohub.sky.network.links import LinkRules
from leohub.sky.network.network import Network
from leohub.sky.network.research import alternating_phases_deg
from leohub.sky.screening import Screening
from leohub.sky.shells import walker
from leohub.sky.visibility.places import Places, places_at
from leohub.study.overhead import find_overhead
from leohub.study.settings import BUILT_IN

MOST_MOMENTS = 1_000_000

HOURS_TO_TRUST = 24.0
"""How far from its elements it can be told which satellite stands where [h]."""

GUESSED_LASERS = (
    "Which satellites an operator joins by lasers is not published: here each is joined to the "
    "next and previous one of its plane and to a near one in both neighbouring planes."
)


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line: see the options of `leohub paths`."""

    begin: tuple[float, float]
    end: tuple[float, float] | None
    pop: str | None
    operator: str
    elements: Path | None
    at: dt.datetime | None
    duration_s: float
    step_s: float
    min_elevation_deg: float | None
    max_range_km: float | None
    arc_avoidance_deg: float | None
    lasers: bool | None
    max_laser_km: float | None
    grazing_km: float
    fibre_detour: float
    gateways: Path | None
    pops: Path | None
    gateway_outages: Path | None
    relays: Path | None
    max_element_age_days: float
    planes: int | None
    per_plane: int | None
    inclination_deg: float | None
    altitude_km: float | None
    mean_motion_rev_day: float | None
    phase: str | None
    epoch: dt.datetime | None

    def own_shell(self) -> bool:
        """Return whether a shell is told by its parameters."""
        told = (
            self.planes,
            self.per_plane,
            self.inclination_deg,
            self.altitude_km,
            self.mean_motion_rev_day,
            self.phase,
            self.epoch,
        )
        return any(value is not None for value in told)


@dataclass(frozen=True)
class Opened:
    """A network, and what to find in it.

    Attributes
    ----------
    network : Network
    times : ndarray of datetime64, shape (t,)
    pair : (int, int)
        Ends of the network.
    title : str
        Whose satellites they are.
    sources : tuple of Source
    notes : tuple of str
        What the numbers rest on, in words.
    """

    network: Network
    times: Times
    pair: tuple[int, int]
    title: str
    sources: tuple[Source, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Space:
    """Satellites, their lasers, and how places use them."""

    constellation: Constellation
    lasers: NDArray[np.intp] | None
    min_elevation_deg: float | None
    arc_avoidance_deg: float
    title: str
    sources: tuple[Source, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Ground:
    """Gateways with their points of presence, and relays."""

    gateways: Gateways | None
    pops: PointsOfPresence | None
    relays: Places | None
    sources: tuple[Source, ...]


def open_network(asked: Asked) -> Opened:
    """Return the network that was asked for.

    Raises
    ------
    click.UsageError
        If options do not go together.
    InputError
        If an input file can not be used.
    """
    _check_options(asked)
    start = asked.at or asked.epoch or dt.datetime.now(dt.UTC).replace(microsecond=0)
    space = _own_shell(asked, start) if asked.own_shell() else _operators(asked, start)
    ground = _open_ground(asked)
    ends = [asked.begin] if asked.end is None else [asked.begin, asked.end]
    network = Network(
        constellation=space.constellation,
        places=places_at(*np.transpose(ends)),
        rules=LinkRules(
            min_elevation_deg=space.min_elevation_deg,
            max_range_km=asked.max_range_km,
            arc_avoidance_deg=space.arc_avoidance_deg,
            grazing_km=asked.grazing_km,
            max_laser_km=np.inf if asked.max_laser_km is None else asked.max_laser_km,
            fibre_detour=asked.fibre_detour,
        ),
        lasers=space.lasers,
        relays=ground.relays,
        gateways=ground.gateways,
        pops=ground.pops,
    )
    return Opened(
        network=network,
        times=slot_times(to_datetime64(start), asked.duration_s / 3600, asked.step_s),
        pair=(0, _receiver(asked, network)),
        title=space.title,
        sources=(*space.sources, *ground.sources),
        notes=(*space.notes, *(note for source in ground.sources for note in source.notes)),
    )


def _check_options(asked: Asked) -> None:
    """Refuse options that do not go together."""
    if asked.end is not None and any(
        (asked.pop, asked.gateways, asked.pops, asked.gateway_outages)
    ):
        raise click.UsageError(
            "--pop, --gateways, --pops and --gateway-outages are of the way to the internet: "
            "leave TO out"
        )
    if asked.begin == asked.end:
        raise click.UsageError("FROM and TO are the same place")
    if asked.duration_s / asked.step_s > MOST_MOMENTS:
        raise click.UsageError(f"these are more than {MOST_MOMENTS:,} moments: lengthen --step-s")
    if not asked.own_shell():
        return
    if asked.elements is not None:
        raise click.UsageError("--elements and a shell of your own exclude each other")
    if None in (asked.planes, asked.per_plane, asked.inclination_deg):
        raise click.UsageError(
            "a shell of your own needs --planes, --per-plane and --inclination-deg"
        )
    if (asked.altitude_km is None) == (asked.mean_motion_rev_day is None):
        raise click.UsageError(
            "a shell of your own has either --altitude-km or --mean-motion-rev-day"
        )
    if asked.min_elevation_deg is None and asked.max_range_km is None:
        raise click.UsageError(
            "say how low places reach satellites of your own: --min-elevation-deg, "
            "--max-range-km, or both"
        )


def _own_shell(asked: Asked, start: dt.datetime) -> _Space:
    planes, per_plane = asked.planes or 1, asked.per_plane or 1
    phase = asked.phase or "1"
    alternate = phase == "alternate"
    constellation = walker(
        satellites=planes * per_plane,
        planes=planes,
        inclination_deg=asked.inclination_deg or 0.0,
        altitude_km=asked.altitude_km,
        mean_motion_rev_day=asked.mean_motion_rev_day,
        phasing=1 if alternate else float(phase),
        phase_deg=alternating_phases_deg(planes, per_plane) if alternate else None,
        epoch=asked.epoch or start,
        name=f"{planes} × {per_plane} satellites",
    )
    return _Space(
        constellation=constellation,
        lasers=None if asked.lasers is False else grid_by_number(planes, per_plane),
        min_elevation_deg=asked.min_elevation_deg,
        arc_avoidance_deg=asked.arc_avoidance_deg or 0.0,
        title=f"{constellation.name}, {constellation.shell[0]}",
        sources=(),
        notes=(),
    )


def _operators(asked: Asked, start: dt.datetime) -> _Space:
    operator = operator_parameters(asked.operator)
    if asked.elements is None:
        constellation, source = built_in_constellation(asked.operator, start)
    else:
        constellation, source = read_elements(InputFile(asked.elements), name=operator.name)
    overhead = find_overhead(
        constellation,
        source.file,
        operator=operator,
        start=start,
        max_element_age_days=asked.max_element_age_days,
        min_elevation_deg=asked.min_elevation_deg,
        arc_avoidance_deg=asked.arc_avoidance_deg,
    )
    kept = overhead.screening.kept
    with_lasers = operator.lasers if asked.lasers is None else asked.lasers
    return _Space(
        constellation=kept,
        lasers=grid_links(kept, start) if with_lasers else None,
        min_elevation_deg=overhead.rules.min_elevation_deg,
        arc_avoidance_deg=overhead.rules.arc_avoidance_deg,
        title=operator.name if kept.basis == "measured" else f"{operator.name} (modelled)",
        sources=(source,),
        notes=(
            *_told(overhead.screening, asked.duration_s / 3600),
            *source.notes,
            *([GUESSED_LASERS] if with_lasers else []),
        ),
    )


def _told(screening: Screening, hours: float) -> tuple[str, ...]:
    """Say how old the elements are, what was left out, and how far they can be trusted."""
    if screening.kept.basis == "modelled":
        return ()
    notes = [
        f"{len(screening.kept):,} of {screening.total:,} satellites; half of their elements are "
        f"at most {screening.age_median_h:.1f} h from this moment, all at most "
        f"{screening.age_max_h:.1f} h",
        *(f"left out: {count:,} {reason}" for reason, count in screening.left_out.items()),
    ]
    if screening.age_median_h + hours > HOURS_TO_TRUST:
        notes.append(f"More than a day from the elements {DOUBT}")
    return tuple(notes)


def _open_ground(asked: Asked) -> _Ground:
    relays, sources = None, []
    if asked.relays is not None:
        _, relays, source = read_places(InputFile(asked.relays))
        sources.append(source)
    if asked.end is not None:
        return _Ground(None, None, relays, tuple(sources))
    pops, pops_source = (
        built_in_pops(asked.operator) if asked.pops is None else read_pops(InputFile(asked.pops))
    )
    gateways, gateways_source = (
        built_in_gateways(asked.operator)
        if asked.gateways is None or str(asked.gateways) == BUILT_IN
        else read_gateways(InputFile(asked.gateways), pops=pops)
    )
    sources += [gateways_source, pops_source]
    if asked.gateway_outages is not None:
        outages, source = read_outages(InputFile(asked.gateway_outages), gateways)
        gateways = replace(gateways, outages=outages)
        sources.append(source)
    return _Ground(gateways, pops, relays, tuple(sources))


def _receiver(asked: Asked, network: Network) -> int:
    if asked.end is not None:
        return 1
    if asked.pop is None:
        return network.any_pop
    assert network.pops is not None
    served = network.pops.code[np.unique(network.pop_of_gateway)]
    if asked.pop in served:
        return network.pop(asked.pop)
    known = asked.pop in network.pops.code
    wrong = "no gateway leads to" if known else "there is no point of presence"
    raise click.BadParameter(
        f"{wrong} {asked.pop}. Name one of {', '.join(served)}, or give --gateways"
        f"{' that lead to it' if known else ' and --pops'}",
        param_hint="--pop",
    )
