"""A solver in a process of its own: watched, timed, and ended when it takes too much.

Memory is what the process and its children hold at once (resident, looked at five times a second
through ``/proc``: Linux); pages that they share count more than once.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

LOOK_EVERY_S = 0.2
GRACE_S = 30.0
"""What a solver that was given the time limit may take beyond it [s]."""

LOADING_S = 600.0
"""What starting and loading the problem may take [s]."""


@dataclass
class Course:
    """What a solver told, and how it ended.

    Attributes
    ----------
    told : list of dict
        Its lines, in order.
    ended : str
        ``"finished"``, or why it has no more to tell.
    wall_s : float
        From the start of stating the problem to the end [s]; 0 if it was never begun.
    cpu_s : float
        Time of processors in that, its children's too [s]: what a busy machine does not lengthen.
    memory_gb : float
        Most that it held at once [GB].
    """

    told: list[dict[str, Any]] = field(default_factory=list)
    ended: str = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    memory_gb: float = 0.0

    def last(self, says: str) -> dict[str, Any] | None:
        """Return the last line that says so."""
        return next((line for line in reversed(self.told) if line["says"] == says), None)


def run_apart(
    solver: str, path: Path, hubs: int, limit_s: float, memory_gb: float, grace_s: float = GRACE_S
) -> Course:
    """Run a solver on a saved coverage until it is done, or must be ended.

    Parameters
    ----------
    solver : str
        A name of `solvers.SOLVERS`.
    path : Path
        As `solvers.save_coverage` saved it.
    hubs : int
    limit_s : float
        For stating and solving [s]. A solver that is still stating is ended then; one that solves
        is given `grace_s` more.
    memory_gb : float
        It is ended when it holds more [GB].
    grace_s : float
    """
    course = Course()
    script = Path(__file__).with_name("solvers.py")
    asked = [solver, path, hubs, limit_s, memory_gb]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, str(script), *map(str, asked)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        listener = threading.Thread(target=_listen, args=(process, course.told))
        listener.start()
        try:
            watch = _Watch(process, course, limit_s, memory_gb, grace_s)
            course.ended = watch.until_the_end()
        finally:
            if process.poll() is None:
                end_tree(process.pid)
                process.wait()
            listener.join()
        if not course.ended:
            course.ended = _how_it_ended(course, process.returncode, errors)
        done = course.last("done") or course.last("not built")
        course.wall_s = done["at_s"] if done else watch.stated_for_s()
    return course


def _listen(process: subprocess.Popen[str], told: list[dict[str, Any]]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        # A process that is ended may leave half a line.
        with contextlib.suppress(json.JSONDecodeError):
            told.append(json.loads(line))


class _Watch:
    """Looks at a process until it ends, or tells why it must be ended."""

    def __init__(
        self,
        process: subprocess.Popen[str],
        course: Course,
        limit_s: float,
        memory_gb: float,
        grace_s: float,
    ) -> None:
        self.process, self.course = process, course
        self.limit_s, self.memory_gb, self.grace_s = limit_s, memory_gb, grace_s
        self.started_s = time.monotonic()
        self.stating_since_s: float | None = None

    def until_the_end(self) -> str:
        """Return why the process must be ended; nothing if it ended by itself."""
        while self.process.poll() is None:
            self._look()
            phase = self.course.told[-1]["says"] if self.course.told else "loading"
            doing = "solving" if phase in ("solving", "found", "bound", "done") else phase
            if self.course.memory_gb > self.memory_gb:
                return f"ended: over {self.memory_gb:g} GB while {doing}"
            if self._is_too_late(doing):
                return f"ended: still {doing} after {self.stated_for_s():.0f} s"
            time.sleep(LOOK_EVERY_S)
        return ""

    def stated_for_s(self) -> float:
        """Return the time since the solver was given the problem [s]."""
        return 0.0 if self.stating_since_s is None else time.monotonic() - self.stating_since_s

    def _look(self) -> None:
        everybody = tree(self.process.pid)
        held_gb = sum(map(_resident_bytes, everybody)) / 1e9
        cpu_s = sum(map(_cpu_s, everybody))
        self.course.memory_gb = max(self.course.memory_gb, held_gb)
        if not self.course.told:
            return
        if self.stating_since_s is None:
            self.stating_since_s = time.monotonic()
        since_stating_s = cpu_s - self.course.told[0]["cpu_s"]
        self.course.cpu_s = max(self.course.cpu_s, since_stating_s)

    def _is_too_late(self, doing: str) -> bool:
        if doing == "loading":
            return time.monotonic() - self.started_s > LOADING_S
        return self.stated_for_s() > self.limit_s + (self.grace_s if doing == "solving" else 0.0)


def _how_it_ended(course: Course, code: int, errors: IO[str]) -> str:
    if refused := course.last("not built"):
        return f"not built: {refused['why']}"
    if course.last("done"):
        return "finished"
    errors.seek(0)
    said = errors.read().strip().splitlines()[-1:] or [f"exit code {code}"]
    return f"failed: {said[0][:100]}"


def tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def end_tree(pid: int) -> None:
    """End a process and all that it started."""
    for one in tree(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _stat(pid: int) -> list[str]:
    """Return what the system tells of a process after its name; nothing if it has ended."""
    try:
        # The name of a command may hold spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_s(pid: int) -> float:
    """Return the time of processors of a process, and of children it has waited for [s]."""
    return sum(map(int, _stat(pid)[11:15])) / os.sysconf("SC_CLK_TCK")


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
