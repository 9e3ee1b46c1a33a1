"""The desk on which a study's files are opened: collects their sources and all their problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from leohub.errors import InputError, Problems
from leohub.io.provenance import InputFile, Source
from leohub.study.file import StudyFile
from leohub.study.settings import Provenance

Tick = Callable[[str, float], None]
"""Told a stage and the share of it that is done [0..1]."""

Data = TypeVar("Data")


class Desk:
    """Opens files for a study, and goes on to the next one when one cannot be used.

    Attributes
    ----------
    file : StudyFile
    sources : list of Source
    problems : Problems
        Everything found wrong so far.
    warnings : list of str
    """

    def __init__(self, file: StudyFile) -> None:
        self.file = file
        self.sources: list[Source] = []
        self.problems = Problems(file.name)
        self.warnings: list[str] = []

    def input_file(self, written: str, provenance: Provenance, where: str) -> InputFile:
        """Return a file as the study names it, with what the study says of it.

        Raises
        ------
        InputError
            If its path needs a variable that is not set.
        """
        return InputFile(
            self.file.path(written, where),
            named=written,
            origin=provenance.origin,
            date=provenance.date,
            licence=provenance.licence,
            basis=provenance.basis,
        )

    def read(self, work: Callable[[], tuple[Data, Source | tuple[Source, ...]]]) -> Data | None:
        """Call a reader, keep its source, and return its data; None where it found problems."""
        read = self.attempt(work)
        if read is None:
            return None
        data, source = read
        self.sources.extend([source] if isinstance(source, Source) else source)
        return data

    def attempt(self, work: Callable[[], Data]) -> Data | None:
        """Call something that may find problems; keep them and return None if it does."""
        try:
            return work()
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def look_at(self, written: str, provenance: Provenance, where: str) -> None:
        """Note whether a file is there at all, where it cannot be read for want of another one."""

        def opened() -> None:
            with self.input_file(written, provenance, where).unpacked():
                pass

        self.attempt(opened)

    def warn(self, warning: str) -> None:
        """Note something that the planner should know before trusting the plan."""
        self.warnings.append(warning)
