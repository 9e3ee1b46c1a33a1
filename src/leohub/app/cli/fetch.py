"""`leohub fetch`: downloads what others publish, by their rules."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leohub.app.cli.output import json_option, print_json

if TYPE_CHECKING:
    from leohub.io.fetching.celestrak import Data, Fetched, Product

FORMATS = ("json", "csv", "tle")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every download can be told."""
    for option in (
        json_option,
        click.option(
            "--cache",
            type=click.Path(path_type=Path, file_okay=False),
            envvar="LEOHUB_CACHE",
            show_envvar=True,
            help="Folder that keeps downloads. Default: ~/.cache/leohub.",
        ),
        click.option(
            "--mirror",
            default="",
            envvar="LEOHUB_MIRROR",
            show_envvar=True,
            help="Address or folder to take the file from, under its own name, instead of "
            "celestrak.org.",
        ),
        click.option(
            "--to",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File to write. Default: its own name, in this folder.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def fetch() -> None:
    """Download element sets or a bulletin of Earth orientation from CelesTrak.

    Each file is downloaded at most once in two hours, and not for two hours after CelesTrak has
    refused: those are its rules. What was downloaded is kept.
    """


OPERATORS = {
    "starlink": "starlink",
    "oneweb": "oneweb",
    "kuiper": "amazon-leo",
    "amazon-leo": "amazon-leo",
}
"""Groups that are all of one operator."""


@fetch.command()
@click.option(
    "--group",
    default="starlink",
    show_default=True,
    help="Group of CelesTrak: starlink, oneweb, kuiper (or amazon-leo), or any other.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="json",
    show_default=True,
    help="json and csv hold all satellites, tle only those launched before July 2026.",
)
@_options
def elements(
    group: str, format_: str, to: Path | None, mirror: str, cache: Path | None, as_json: bool
) -> None:
    """Download the newest element sets of a group of satellites."""
    from leohub.io.fetching.celestrak import elements_of

    now = dt.datetime.now(dt.UTC)
    product = elements_of(group, format_)
    to = to or Path(product.name)
    fetched = _fetch(product, to, mirror, cache, now)
    figures = {**_to_figures(fetched, to), **_of_elements(fetched, now)}
    if as_json:
        print_json(figures)
        return
    _print_origin(figures, f"{figures['satellites']:,} satellites")
    click.echo(
        f"    age: half are younger than {figures['age_median_h']:.1f} h, "
        f"the oldest has {figures['age_max_h']:.1f} h"
    )
    for shell, count in figures["shells"].items():
        click.echo(f"    {shell}: {count:,}")
    if operator := OPERATORS.get(group.lower()):
        click.echo(
            f"See what is overhead: leohub sky -1.29 36.82 --operator {operator} --elements {to}"
        )


@fetch.command()
@_options
def bulletin(to: Path | None, mirror: str, cache: Path | None, as_json: bool) -> None:
    """Download UT1 and the motion of the pole, measured and predicted."""
    from leohub.io.fetching import celestrak

    product = celestrak.bulletin()
    to = to or Path(product.name)
    fetched = _fetch(product, to, mirror, cache, dt.datetime.now(dt.UTC))
    figures = {**_to_figures(fetched, to), "days": len(fetched.data.moment)}
    if as_json:
        print_json(figures)
    else:
        _print_origin(figures, f"{figures['days']:,} days")


def _fetch(
    product: Product[Data], to: Path, mirror: str, cache: Path | None, now: dt.datetime
) -> Fetched[Data]:
    """Fetch a file and write it to where it is wanted."""
    from leohub.app.cli.progress import Stages
    from leohub.errors import OutputError
    from leohub.io.fetching import celestrak
    from leohub.io.fetching.cache import Cache, replace_file

    if not to.parent.is_dir():
        raise OutputError(f"{to} cannot be written: there is no folder {to.parent}")
    _check_replaceable(to, product)
    with Stages() as stages:
        stage = f"fetching {product.name}"
        stages(stage, 0.0)
        fetched = celestrak.fetch(
            product,
            cache=Cache(cache or _default_cache()),
            now=now,
            mirror=mirror,
            tick=lambda share: stages(stage, share),
        )
    replace_file(to, _content(fetched.path))
    return fetched


def _check_replaceable(to: Path, product: Product[Data]) -> None:
    """Refuse to write over a file that holds something else."""
    from leohub.errors import InputError, OutputError
    from leohub.io.provenance import InputFile

    if not to.exists():
        return
    try:
        product.read(InputFile(to))
    except InputError:
        raise OutputError(
            f"{to} is there already and holds something else; it would be lost. Name another file "
            "with --to, or move it away"
        ) from None


def _content(path: Path) -> bytes:
    """Return the bytes of a fetched file, unpacked: its name promises that."""
    import gzip

    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leohub"


def _to_figures(fetched: Fetched[Any], to: Path) -> dict[str, Any]:
    return {
        "file": str(to),
        "origin": fetched.origin,
        "how": fetched.how,
        "downloaded": None if fetched.downloaded is None else fetched.downloaded.isoformat(),
        "sha256": fetched.source.sha256,
        "notes": list(fetched.source.notes),
    }


def _of_elements(fetched: Fetched[Any], now: dt.datetime) -> dict[str, Any]:
    import numpy as np

    from leohub.sky.motion.moments import to_datetime64
    from leohub.sky.shells import identify_shells, largest_first

    constellation = fetched.data
    age_h = (to_datetime64(now) - constellation.epoch) / np.timedelta64(1, "h")
    shells, number = largest_first(identify_shells(constellation))
    sizes = np.bincount(number)
    return {
        "satellites": len(constellation),
        "age_median_h": float(np.median(age_h)),
        "age_max_h": float(age_h.max()),
        "shells": {str(shell): int(size) for shell, size in zip(shells, sizes, strict=True)},
    }


def _print_origin(figures: dict[str, Any], what: str) -> None:
    when = "" if figures["downloaded"] is None else f"{figures['downloaded'][:16]} UTC"
    told = {
        "downloaded": f"downloaded from {figures['origin']}",
        "kept": f"downloaded at {when.replace('T', ' ', 1)}; asked for again after two hours "
        "at the earliest",
        "unchanged": f"downloaded at {when.replace('T', ' ', 1)}, and still the newest",
        "mirror": f"from {figures['origin']}",
    }
    click.echo(f"{click.style(figures['file'], bold=True)}: {what}")
    click.echo(f"    {told[figures['how']]}")
    for note in figures["notes"]:
        click.echo(f"    {note}")
