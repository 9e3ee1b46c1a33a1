"""Chunks looked at by a Dask cluster, which may be many machines.

The client hands out a few chunks at a time and puts together what comes back, so its memory does
not grow with the number of chunks, and workers need neither each other nor a common disk. What a
lost worker had, the scheduler gives to another: chunks can be looked at again.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
import uuid
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import Future as Awaited
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leohub.errors import InputError, LeohubError, Problem
from leohub.study.skyplaces.chunks import Found, code_digest, look
from leohub.study.skyplaces.extra import needs
from leohub.study.skyplaces.survey import Survey

if TYPE_CHECKING:
    from distributed import Client, Future

Result = TypeVar("Result")

CONNECTING_S: Final = 10.0
"""How long to wait for an answer of the scheduler [s]."""

LONELY_S: Final = 60.0
"""How long to wait for a worker when there is none [s]."""

POLL_S: Final = 2.0
"""How often to look whether there still is a worker [s]."""

PER_THREAD: Final = 2
"""Chunks handed out for each thread of the workers: one to work on, one to go on with."""

SAME: Final = ("leohub", "python", "dask", "distributed", "numpy", "numba", "sgp4", "pyerfa")
"""What must be the same everywhere: what the numbers come from, and how they are carried."""


@contextmanager
def on_cluster(address: str) -> Iterator[Callable[[Survey], Iterator[Found]]]:
    """Give what looks at the chunks of a survey on a cluster.

    Parameters
    ----------
    address : str
        Of the scheduler: ``"tcp://10.0.0.5:8786"``.

    Raises
    ------
    InputError
        When Dask is not installed, nobody answers at the address, there are no workers, or they
        have other versions. While looking, `LeohubError` when the scheduler or all workers are
        lost, or a chunk ends one worker after the other.
    """
    needs("dask", "distributed", what="working on a cluster")
    with _quiet(), _connected(address) as client:
        _await_workers(client, address)
        _check_versions(client, address)
        _check_code(client, address)
        yield lambda survey: _look_there(client, address, survey)


def _look_there(client: Client, address: str, survey: Survey) -> Iterator[Found]:
    """Yield what is found in the chunks of a survey, as it comes."""
    run = uuid.uuid4().hex
    # Given as a task, what all chunks share is made anew when the workers that had it are lost.
    sky = client.submit(pickle.loads, pickle.dumps(survey.sky), key=f"leohub-sky-{run}")
    chunks = survey.chunks()
    under_way: set[Future] = set()
    while True:
        # One chunk waits for a worker to come even while there is none.
        room = PER_THREAD * max(1, _threads(client, address)) - len(under_way)
        under_way |= {
            client.submit(look, sky, chunk, key=f"leohub-look-{run}-{chunk.group}-{chunk.first}")
            for chunk in islice(chunks, max(0, room))
        }
        if not under_way:
            return
        finished = _finished(client, address, under_way)
        under_way -= finished
        while finished:
            yield _fetched(client, address, finished.pop())


def _finished(client: Client, address: str, under_way: set[Future]) -> set[Future]:
    """Return the futures that are no longer under way, as soon as there are some."""
    from distributed import wait

    done = _patiently(
        client, address, lambda: wait(under_way, timeout=POLL_S, return_when="FIRST_COMPLETED").done
    )
    return set(done)


def _fetched(client: Client, address: str, future: Future) -> Found:
    """Return what a future has found; found anew, should its worker have been lost since."""
    from distributed import KilledWorker

    # Asked for once and awaited again and again: a slow connection must not begin anew each time.
    coming: Awaited[Found] = asyncio.run_coroutine_threadsafe(
        client.gather(future, asynchronous=True), client.loop.asyncio_loop
    )
    try:
        return _patiently(client, address, lambda: coming.result(POLL_S))
    except KilledWorker:
        raise LeohubError(
            f"One worker of {address} after the other ended while it looked at the same places. "
            "See in their logs why; most often they have too little memory: 1 GB for each thread "
            "is enough"
        ) from None
    finally:
        coming.cancel()


def _patiently(client: Client, address: str, attempt: Callable[[], Result]) -> Result:
    """Return what an attempt returns, tried again while it takes its time and there are workers."""
    heard_s = time.monotonic()
    while True:
        try:
            return attempt()
        except TimeoutError:
            if _threads(client, address):
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > LONELY_S:
                raise LeohubError(
                    f"All workers of {address} are gone, and none has come for {LONELY_S:g} s. "
                    "See in their logs why, start them again, and run this again"
                ) from None
        except CancelledError:
            raise _lost(address) from None
        except OSError:
            _threads(client, address)  # says so when the scheduler is lost
            raise


def _threads(client: Client, address: str) -> int:
    """Return how many threads the workers have together."""
    try:
        return sum(client.nthreads().values())
    except (OSError, CancelledError, AttributeError):
        # A client that has given up has no scheduler any more.
        raise _lost(address) from None


def _lost(address: str) -> LeohubError:
    return LeohubError(
        f"The scheduler at {address} does not answer any more. See in its log why, start it and "
        "its workers again, and run this again"
    )


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    import dask
    from distributed import Client

    # A client that reaches nobody is slow to give up; this is not.
    asyncio.run(_reach(address))
    # The elements of a large constellation, sent once, are no mistake to be warned of.
    with (
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "2GiB"}),
        Client(address, timeout=CONNECTING_S, name="leohub") as client,
    ):
        yield client


async def _reach(address: str) -> None:
    """Refuse an address at which no scheduler answers."""
    from distributed.core import rpc
    from distributed.security import Security

    arguments = Security().get_connection_args("client")
    try:
        async with (
            asyncio.timeout(CONNECTING_S),
            rpc(address, timeout=CONNECTING_S, connection_args=arguments) as there,
        ):
            who = await there.identity()
        reason = "" if who["type"] == "Scheduler" else f"a {who['type'].lower()} answers"
    except TimeoutError:
        reason = f"no answer for {CONNECTING_S:g} s"
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
    if reason:
        raise _problem(
            address,
            f"no scheduler can be reached there ({reason})",
            "Start one with `dask scheduler`, and give the address that it prints, such as "
            "tcp://10.0.0.5:8786",
        )


def _await_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECTING_S)
    except TimeoutError:
        raise _problem(
            address, "the scheduler has no workers", f"Start some with `dask worker {address}`"
        ) from None


def _check_versions(client: Client, address: str) -> None:
    """Refuse schedulers and workers that have other versions of what matters."""
    found: dict[str, Any] = client.get_versions(
        packages=[name for name in SAME if name != "python"]
    )
    here = _versions(found["client"])
    members = {"the scheduler": found["scheduler"], **found["workers"]}
    who: defaultdict[str, list[str]] = defaultdict(list)
    for name, member in members.items():
        there = _versions(member)
        for package in SAME:
            if there[package] != here[package]:
                has = f"has {package} {there[package]}" if there[package] else f"lacks {package}"
                who[f"{has}, and here is {here[package]}"].append(name)
    problems = [
        Problem(
            f"--scheduler {address}",
            names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more",
            difference,
            "Install the same versions everywhere: pip install 'leohub[cluster]'",
        )
        for difference, names in who.items()
    ]
    if problems:
        raise InputError(problems)


def _check_code(client: Client, address: str) -> None:
    """Refuse workers whose sky model is another one, though its version is the same."""
    here = code_digest()
    others = [worker for worker, there in client.run(code_digest).items() if there != here]
    if others:
        raise _problem(
            address,
            f"the code of leohub on {len(others)} of the workers ({others[0]} …) is not the code "
            "here",
            "Install the same there, and start the workers again",
        )


def _versions(member: dict[str, Any]) -> dict[str, str]:
    packages = member["packages"]
    versions = {package: packages.get(package) or "" for package in SAME}
    # 3.12.1 and 3.12.4 understand each other.
    versions["python"] = ".".join(versions["python"].split(".")[:2])
    return versions


def _problem(address: str, message: str, remedy: str) -> InputError:
    return InputError([Problem(f"--scheduler {address}", "", message, remedy)])


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask logs and warns of to itself: what matters is told in our own words."""
    import distributed.client

    # Those of its loggers that talk to a client; the others inherit from the first.
    loggers = [logging.getLogger(name) for name in ("distributed", distributed.client.__name__)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"distributed|dask")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
