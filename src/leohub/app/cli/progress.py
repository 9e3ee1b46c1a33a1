"""Progress of long work, on standard error: bars in a terminal, a line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Stages:
    """A progress display that is called with a stage and the share of it that is done [0..1].

    A stage begins when it is first named and the one before it ends then.
    """

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.stage = ""
        self.task: TaskID | None = None
        self.started_s = 0.0

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._end()
        self.bars.stop()

    def __call__(self, stage: str, share: float) -> None:  # noqa: D102 - see the class
        if stage != self.stage:
            self._end()
            self.stage, self.started_s = stage, time.monotonic()
            self.task = self.bars.add_task(stage, total=1.0)
        if self.task is not None:
            self.bars.update(self.task, completed=share)

    def _end(self) -> None:
        if self.task is None:
            return
        self.bars.update(self.task, completed=1.0)
        if not self.console.is_terminal:
            elapsed_s = time.monotonic() - self.started_s
            print(f"  {self.stage} ({elapsed_s:.1f} s)", file=sys.stderr, flush=True)
