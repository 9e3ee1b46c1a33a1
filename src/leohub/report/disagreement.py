"""What in a results folder does not agree with its claims, or with its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leohub.errors import InputError
from leohub.report.claim import Claim


class DisagreementError(Exception):
    """What makes counting pointless."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__(*sentences)


def told(error: InputError) -> Iterator[str]:
    """Yield what is wrong with a file of the folder."""
    for problem in error.problems:
        where = f", {problem.where}" if problem.where else ""
        yield f"{problem.file}{where}: {problem.message}"


def check_there(names: Iterable[str], claim: Claim) -> None:
    """Refuse files that the run did not list."""
    missing = [name for name in names if name not in claim.outputs]
    if missing:
        raise DisagreementError(*(unlisted(name) for name in missing))


def unlisted(name: str) -> str:
    """Say that a file is not one that the run listed."""
    return f"run.json does not say what {name} was when leohub wrote it"
