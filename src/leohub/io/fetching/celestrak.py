"""Files of CelesTrak, fetched as it asks: each once in two hours, and no further after an error.

Its rules: https://celestrak.org/usage-policy.php and
https://celestrak.org/NORAD/documentation/gp-data-formats.php. They hold for a mirror, too.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Generic, TypeVar

from leohub.errors import InputError, Problem
from leohub.io.fetching.cache import Cache, Copy, Refusal
from leohub.io.fetching.download import BrokenError, RefusedError, Tick, download
from leohub.io.orbits.bulletin import read_bulletin
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile, Source
from leohub.sky.constellation import Constellation
from leohub.sky.motion.orientation import EarthOrientation

SITE = "https://celestrak.org"
GROUPS = {"amazon-leo": "kuiper"}
"""Operators that CelesTrak calls otherwise than leohub."""

WAIT = dt.timedelta(hours=2)
"""CelesTrak computes new data every two hours and asks that nobody downloads the same twice."""

_GROUP = re.compile(r"[a-z0-9-]{1,40}")
_UNCHANGED = "not updated since your last successful"
_LAST = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_CLOCKS_DIFFER = dt.timedelta(minutes=10)
_SHORT_BYTES = 500
_POLICY = "https://celestrak.org/usage-policy.php"
_LISTED = "https://celestrak.org/NORAD/elements/"

Data = TypeVar("Data")


@dataclass(frozen=True)
class Product(Generic[Data]):
    """A file that can be fetched.

    Attributes
    ----------
    name : str
        What it is called here and on mirrors.
    address : str
        Where it is on CelesTrak, from the site on.
    read : callable
        Its reader: nothing replaces a copy that it does not find sound.
    """

    name: str
    address: str
    read: Callable[[InputFile], tuple[Data, Source]]


@dataclass(frozen=True)
class Fetched(Generic[Data]):
    """A file that is here now.

    Attributes
    ----------
    path : Path
        In the cache, or in the folder that is the mirror.
    data : Constellation or EarthOrientation
    source : Source
    origin : str
        The address that it came from.
    how : str
        ``"downloaded"`` just now; ``"kept"``: downloaded or confirmed less than two hours ago;
        ``"unchanged"``: its source says that the copy is the newest; ``"mirror"``: from a folder.
    downloaded : datetime or None
        When it was downloaded [UTC]; None from a folder.
    """

    path: Path
    data: Data
    source: Source
    origin: str
    how: str
    downloaded: dt.datetime | None


def elements_of(group: str, format_: str) -> Product[Constellation]:
    """Return the newest element sets of a group of CelesTrak, or of an operator.

    Parameters
    ----------
    group : str
        ``"starlink"``, ``"oneweb"``, ``"kuiper"`` (or ``"amazon-leo"``), or any other group.
    format_ : str
        ``"json"``, ``"csv"`` or ``"tle"``, which lacks satellites launched since July 2026.

    Raises
    ------
    InputError
        When no group can be called so.
    """
    called = GROUPS.get(group.lower(), group.lower())
    if not _GROUP.fullmatch(called):
        raise _error(
            "--group", f"{group!r} is no name of a group", f"The groups are listed at {_LISTED}"
        )
    query = urllib.parse.urlencode({"GROUP": called, "FORMAT": format_})
    return Product(
        name=f"{called}.{format_}",
        address=f"/NORAD/elements/gp.php?{query}",
        read=lambda file: read_elements(file, name=called),
    )


def bulletin() -> Product[EarthOrientation]:
    """Return the Earth orientation of the last five years and the months ahead."""
    name = "EOP-Last5Years.csv"
    return Product(name=name, address=f"/SpaceData/{name}", read=read_bulletin)


def fetch(
    product: Product[Data],
    *,
    cache: Cache,
    now: dt.datetime,
    mirror: str = "",
    tick: Tick | None = None,
) -> Fetched[Data]:
    """Return a file, asking its source at most once, and not if that would break its rules.

    Parameters
    ----------
    product : Product
    cache : Cache
    now : datetime
        UTC.
    mirror : str
        A folder, or an address under which `Product.name` is found, instead of CelesTrak.
    tick : callable, optional

    Returns
    -------
    Fetched

    Raises
    ------
    InputError
        When the source refuses, is not reached, or answers with something else; and, without
        asking, for two hours after it refused.
    OutputError
        When nothing can be kept in the cache.
    """
    if mirror and "://" not in mirror:
        return _from_folder(product, Path(mirror))
    url = f"{mirror.rstrip('/')}/{product.name}" if mirror else f"{SITE}{product.address}"
    if not url.startswith(("https://", "http://")):
        raise _error(
            "--mirror", f"{mirror!r} is neither a folder nor an http address", "Correct it"
        )
    _respect_refusals(cache, url, now)
    copy = cache.copy(url)
    if copy is not None and dt.timedelta(0) <= now - copy.checked < WAIT:
        return _kept(product, copy, url, "kept")
    fetched, how = _ask(product, url, copy, cache, now, tick)
    return _kept(product, fetched, url, how)


def _ask(
    product: Product[Data],
    url: str,
    copy: Copy | None,
    cache: Cache,
    now: dt.datetime,
    tick: Tick | None,
) -> tuple[Copy, str]:
    """Ask once; return the newest copy, and how it came."""
    etag, last_modified = ("", "") if copy is None else (copy.etag, copy.last_modified)
    try:
        answer = download(url, etag=etag, last_modified=last_modified, tick=tick)
    except BrokenError as broken:
        remedy = "Check the connection and ask again later, or name another source with --mirror"
        raise _error(url, f"it could not be fetched: {broken}", _or_copy(remedy, copy)) from None
    except RefusedError as refused:
        if copy is None or not _confirms(refused.text, copy):
            raise _refused(refused, url, cache, copy, now) from None
        answer = None
    if answer is None and copy is not None:
        return cache.confirm(url, copy, at=now), "unchanged"
    assert answer is not None, "a server says that nothing changed only when asked for changes"
    _require_sound(product, answer.content, url, cache, now)
    kept = cache.keep(
        url,
        product.name,
        answer.content,
        at=now,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )
    return kept, "downloaded"


def _confirms(text: str, copy: Copy) -> bool:
    """Tell whether a refusal says that a copy is the newest, and not one that others downloaded."""
    if _UNCHANGED not in text:
        return False
    last = _LAST.search(text)
    if last is None:
        return True
    return dt.datetime.fromisoformat(f"{last[0]}+00:00") - copy.downloaded < _CLOCKS_DIFFER


def _kept(product: Product[Data], copy: Copy, url: str, how: str) -> Fetched[Data]:
    data, source = product.read(InputFile(copy.path, named=product.name, origin=url))
    return Fetched(copy.path, data, source, url, how, copy.downloaded)


def _from_folder(product: Product[Data], folder: Path) -> Fetched[Data]:
    names = (product.name, f"{product.name}.gz")
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise _error(
            str(folder),
            f"the mirror has no {' or '.join(names)}",
            "Put the file there, or name another source with --mirror",
        )
    data, source = product.read(InputFile(path, origin=str(folder)))
    return Fetched(path, data, source, str(path), "mirror", None)


def _require_sound(
    product: Product[Data], content: bytes, url: str, cache: Cache, now: dt.datetime
) -> None:
    """Raise what is wrong with an answer; a wrong one is not asked for again at once."""
    with tempfile.TemporaryDirectory(prefix="leohub-") as folder:
        path = Path(folder) / product.name
        path.write_bytes(content)
        try:
            product.read(InputFile(path, named=url))
        except InputError as error:
            told = error.problems[0].message
            cache.refuse(url, Refusal(now, f"its answer was not what was asked for: {told}"))
            if len(content) < _SHORT_BYTES and error.problems[0].where == "":
                raise _error(
                    url,
                    f"instead of a file it answers {content.decode('utf-8', 'replace').strip()!r}",
                    f"Correct the name; the groups are listed at {_LISTED}",
                ) from None
            raise


def _respect_refusals(cache: Cache, url: str, now: dt.datetime) -> None:
    """Raise a refusal again while its source does not want to be asked."""
    for place in (url, _site(url)):
        refusal = cache.refusal(place)
        if refusal is not None and dt.timedelta(0) <= now - refusal.at < WAIT:
            raise _error(
                url,
                f"not asked for now, because at {_clock(refusal.at)} {refusal.message}",
                _or_copy(
                    f"Wait until {_clock(refusal.at + WAIT)}, or name another source with --mirror",
                    cache.copy(url),
                ),
            )


def _refused(
    refused: RefusedError, url: str, cache: Cache, copy: Copy | None, now: dt.datetime
) -> InputError:
    """Remember a refusal, and return the error that explains it."""
    again = f"leohub does not ask again before {_clock(now + WAIT)}"
    said = f" ({refused.text})" if refused.text else ""
    if _UNCHANGED in refused.text:
        message = f"it was downloaded from your internet address before{said}"
        remedy = f"Take the file from whoever downloaded it; {again}"
    elif refused.status == HTTPStatus.NOT_FOUND:
        message = f"there is nothing at this address (404){said}"
        remedy = f"Correct the name: the groups are listed at {_LISTED}"
    elif refused.location:
        message = f"it has moved to {refused.location} ({refused.status}){said}"
        remedy = f"Look there what has changed, and for a newer leohub; {again}"
    elif refused.status in (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
        message = f"it refuses to answer your internet address ({refused.status}){said}"
        remedy = f"Read {_POLICY} and stop what asks too often; {again}"
    else:
        message = f"its server is in trouble ({refused.status}){said}"
        remedy = f"Ask later; {again}"
    only_this = refused.status == HTTPStatus.NOT_FOUND or _UNCHANGED in refused.text
    cache.refuse(url if only_this else _site(url), Refusal(now, message))
    return _error(url, message, _or_copy(f"{remedy}; --mirror names another source", copy))


def _or_copy(remedy: str, copy: Copy | None) -> str:
    if copy is None:
        return remedy
    return f"{remedy}. The copy of {_clock(copy.downloaded)} is still at {copy.path}"


def _site(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _error(place: str, message: str, remedy: str) -> InputError:
    return InputError([Problem(place, "", message, remedy)])
