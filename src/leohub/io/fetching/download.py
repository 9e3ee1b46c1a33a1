"""One request for one file: no redirects, no second try, never without an end."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO

from leohub import __version__

Tick = Callable[[float], None]
"""Told the share that is done [0..1]."""

USER_AGENT = f"leohub/{__version__}"
SILENCE_S = 30.0
"""How long a server may say nothing."""
TOTAL_S = 300.0
"""How long everything may take."""
MAX_BYTES = 128 << 20
"""The largest group of CelesTrak, all active satellites, has 10 MB as JSON."""

_BLOCK_BYTES = 1 << 16
_SHOWN_BYTES = 500
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Answer:
    """A file as a server gave it.

    Attributes
    ----------
    content : bytes
        Unpacked.
    etag, last_modified : str
        What to ask with next time; may be empty.
    """

    content: bytes
    etag: str
    last_modified: str


class RefusedError(Exception):
    """The server answered, but not with the file.

    Attributes
    ----------
    status : int
        Of HTTP.
    text : str
        The first line of what it said; may be empty.
    location : str
        Where it would send us; may be empty.
    """

    def __init__(self, status: int, text: str, location: str) -> None:
        super().__init__(f"{status} {text}")
        self.status, self.text, self.location = status, text, location


class BrokenError(Exception):
    """The server was not reached, or broke off; the message says how."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Leave a redirect as the error that it is: the address is wrong, a person must know."""


def download(
    url: str, *, etag: str = "", last_modified: str = "", tick: Tick | None = None
) -> Answer | None:
    """Ask for a file once.

    Parameters
    ----------
    url : str
        ``http`` or ``https``.
    etag, last_modified : str
        Of the copy that is there already; may be empty.
    tick : callable, optional

    Returns
    -------
    Answer or None
        None when the copy that is there already is the newest (304).

    Raises
    ------
    RefusedError
    BrokenError
    """
    headers = {
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "gzip",
        "If-None-Match": etag,
        "If-Modified-Since": last_modified,
    }
    request = urllib.request.Request(url, headers={k: v for k, v in headers.items() if v})
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=SILENCE_S) as answer:
            if answer.status != HTTPStatus.OK:
                raise RefusedError(answer.status, "", "")
            return Answer(
                content=_content(answer, tick or (lambda _: None)),
                etag=answer.headers.get("ETag", ""),
                last_modified=answer.headers.get("Last-Modified", ""),
            )
    except urllib.error.HTTPError as error:
        with error:
            if error.code == HTTPStatus.NOT_MODIFIED and (etag or last_modified):
                return None
            location = error.headers.get("Location", "")
            raise RefusedError(error.code, _first_line(error), location) from None
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise BrokenError(_why(error)) from None


def _first_line(stream: IO[bytes]) -> str:
    try:
        text = stream.read(_SHOWN_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    return " ".join("" if text.lstrip().startswith("<") else text.split())


def _content(answer: http.client.HTTPResponse, tick: Tick) -> bytes:
    """Read to the end, and make sure that it is the end."""
    packing = answer.headers.get("Content-Encoding", "identity").lower()
    if packing not in ("identity", "gzip"):
        raise BrokenError(f"it answers in a packing that was not asked for ({packing})")
    promised = answer.headers.get("Content-Length", "")
    expected = int(promised) if promised.isdecimal() else None
    unpacker = zlib.decompressobj(_GZIP) if packing == "gzip" else None
    content, received, end_s = bytearray(), 0, time.monotonic() + TOTAL_S
    while block := answer.read1(_BLOCK_BYTES):
        received += len(block)
        content += unpacker.decompress(block, MAX_BYTES) if unpacker else block
        if len(content) > MAX_BYTES or (unpacker and unpacker.unconsumed_tail):
            raise BrokenError(f"it sends more than {MAX_BYTES >> 20} MB")
        if time.monotonic() > end_s:
            raise BrokenError(f"it was not done after {TOTAL_S:g} s")
        tick(min(1.0, received / expected) if expected else 0.0)
    if expected is not None and received != expected:
        raise BrokenError(f"it broke off after {received:,} of {expected:,} bytes")
    if unpacker and not unpacker.eof:
        raise BrokenError("it broke off before the end")
    return bytes(content)


def _why(error: Exception) -> str:
    """Say in words why a server was not reached or broke off."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {SILENCE_S:g} s"
    if isinstance(reason, http.client.IncompleteRead):
        return "it broke off before the end"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)
