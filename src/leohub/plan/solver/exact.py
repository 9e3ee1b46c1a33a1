"""The exact solver, HiGHS, for problems small enough for it.

HiGHS runs in processes of its own: it overruns its time limit now and then and cannot be
interrupted from Python, a process can. A `Solver` keeps two of them, so that many small problems
do not pay for many starts.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import IO, Self, cast

from leohub.errors import SolverError
from leohub.plan.solver.highs import Answer, Job

GRACE_S = 10.0
"""How long HiGHS may overrun its time limit before it is stopped [s]."""

PROCESSES = 2


class Solver:
    """Processes that solve problems exactly; a context manager, which ends them.

    Examples
    --------
    >>> with Solver() as solver:  # doctest: +SKIP
    ...     answer = solver.solve(job)
    """

    def __init__(self) -> None:
        self._idle = [_Child() for _ in range(PROCESSES)]
        self._all = tuple(self._idle)
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Start the processes now: they are ready when they are needed."""
        for child in self._all:
            child.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        for child in self._all:
            child.end()

    def solve(self, job: Job) -> Answer | None:
        """Solve one problem.

        Returns
        -------
        Answer or None
            None when the time was up and HiGHS had to be stopped.

        Raises
        ------
        SolverError
            If HiGHS fails, or returns a plan that breaks the constraints.
        """
        if not len(job.instance.sites):
            return Answer(job.start, 0.0, in_time=True)
        with self._lock:
            child = self._idle.pop()
        try:
            answer = child.ask(job)
        finally:
            with self._lock:
                self._idle.append(child)
        if answer is None or job.instance.keeps(answer.is_hub):
            return answer
        if job.instance.rows.is_number:
            opened, most = int(answer.is_hub.sum()), job.instance.rows.room
            raise SolverError(f"HiGHS opened {opened} hubs where {most:g} were allowed")
        # HiGHS keeps to rows within its own tolerance, which is wider than ours; its bound holds.
        return replace(answer, is_hub=job.start)

    def solve_all(self, jobs: Sequence[Job]) -> list[Answer | None]:
        """Solve problems side by side; answers in their order. Raises as `solve`."""
        pool = ThreadPoolExecutor(PROCESSES)
        try:
            return list(pool.map(self.solve, jobs))
        except BaseException:
            # Nobody waits for the rest: without their processes the threads end at once.
            for child in self._all:
                child.end()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Child:
    """One process, started when it is first asked and again after it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def ask(self, job: Job) -> Answer | None:
        """Send a job and wait for the answer; None if it took too long."""
        process = self.start()
        too_long = threading.Event()

        def stop() -> None:
            too_long.set()
            process.kill()

        watch = threading.Timer(job.time_limit_s + GRACE_S, stop)
        watch.start()
        try:
            pickle.dump(job, cast(IO[bytes], process.stdin))
            cast(IO[bytes], process.stdin).flush()
            return cast(Answer, pickle.load(cast(IO[bytes], process.stdout)))
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            said = self._said()
            self.end()
            if too_long.is_set():
                return None
            raise SolverError(f"HiGHS failed: {said}") from error
        except BaseException:
            # An answer that nobody waited for must not be taken for that of the next job.
            self.end()
            raise
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
        errors, self._errors = self._errors, None
        if errors is not None:
            errors.close()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process unless it runs."""
        if self._process is not None:
            return self._process
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        # A session of its own: Ctrl-C reaches this process, which then ends the child in order.
        self._process = subprocess.Popen(
            # -P: a numpy.py in the folder that the user stands in must not be imported.
            [sys.executable, "-P", "-m", "leohub.plan.solver.highs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        return self._process

    def _said(self) -> str:
        """Return the end of what the process wrote to standard error."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()[-500:]
