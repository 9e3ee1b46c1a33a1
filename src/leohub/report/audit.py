"""A results folder checked against its inputs: hashes, hubs, value and bound, without any solver.

Nothing is taken on trust from the run but the names of its inputs. The study is read again by the
ordinary readers, the hubs are looked up among its candidate places, and `leohub.plan.proof` counts
what they reach and what proof.csv proves. The search for the plan has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leohub import __version__
from leohub.errors import InputError, Problem
from leohub.io.builtin.hashes import PREFIX, built_in_sha256
from leohub.io.provenance import sha256_of
from leohub.report.changes import changed_files
from leohub.report.claim import Claim, ClaimedInput, read_claim
from leohub.report.disagreement import DisagreementError, unlisted
from leohub.report.prooffile import find_proof
from leohub.report.recount import (
    HUBS,
    Recount,
    count_again,
    number_discrepancies,
    with_run_rooms,
)
from leohub.study.desk import Tick
from leohub.study.file import BUILT_IN, StudyFile, built_in_study, read_study
from leohub.study.posed import Posed, read_posed


@dataclass(frozen=True)
class Audit:
    """What a check of a results folder found.

    Attributes
    ----------
    claim : Claim
    study : str
        The study file that was read.
    same : tuple of str
        Inputs that are those of the plan, by their hash.
    not_checked : tuple of str
        Inputs that are no files here; neither value nor bound depends on them.
    recount : Recount or None
        None where something was wrong before anything could be counted.
    discrepancies : tuple of str
        One sentence for each thing that does not agree; empty when all is well.
    """

    claim: Claim
    study: str
    same: tuple[str, ...]
    not_checked: tuple[str, ...]
    recount: Recount | None
    discrepancies: tuple[str, ...]


def audit(
    folder: Path, study: Path | None = None, *, tick: Tick = lambda stage, share: None
) -> Audit:
    """Check a results folder.

    Parameters
    ----------
    folder : Path
    study : Path, optional
        Where the study file is now. Default: where the run found it, or beside the folder.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        When it is no results folder, the study is not found, or what the choice is counted with
        is not there.
    """
    claim = read_claim(folder)
    tick("comparing files with their hashes", 0.0)
    wrong = list(_folder_discrepancies(folder, claim))
    where = _find_study(folder, claim, study)
    same: list[str] = []
    not_checked: list[str] = []
    recount = None
    try:
        file = _same_study(where, claim)
        _compare_inputs(file, claim, same, not_checked)
        posed = read_posed(file, tick=tick)
        _check_listed(posed, claim)
        posed = with_run_rooms(folder, posed, claim)
        tick("counting again", 0.0)
        recount = count_again(folder, posed, claim)
        wrong += number_discrepancies(recount, claim)
    except DisagreementError as error:
        wrong += error.sentences
    name = BUILT_IN if where is None else str(where)
    return Audit(claim, name, tuple(same), tuple(not_checked), recount, tuple(wrong))


def _folder_discrepancies(folder: Path, claim: Claim) -> Iterator[str]:
    for name in (HUBS, find_proof(folder).name):
        if name not in claim.outputs:
            yield unlisted(name)
    for name in changed_files(folder, claim.outputs):
        yield f"{name} was changed since leohub wrote it"


def _find_study(folder: Path, claim: Claim, given: Path | None) -> Path | None:
    """Return where the study file is; None for the built-in one."""
    if given is not None:
        if not given.is_file():
            raise InputError([Problem(str(given), "", "there is no such file", "Correct --study")])
        return given
    if claim.study.file == BUILT_IN:
        return None
    named = Path(claim.study.file)
    found = [path for path in (named, folder.resolve().parent / named.name) if path.is_file()]
    if not found:
        problem = Problem(
            claim.study.file,
            "",
            "the study that the plan was made from is not there any more",
            f"Say where it is: leohub verify {folder} --study STUDY",
        )
        raise InputError([problem])
    return next((path for path in found if sha256_of(path) == claim.study.sha256), found[0])


def _same_study(where: Path | None, claim: Claim) -> StudyFile:
    """Read the study, which must be the one that the plan was made from, to the byte."""
    if where is not None and sha256_of(where) != claim.study.sha256:
        raise DisagreementError(
            f"{where} is not the study that the plan was made from: its SHA-256 is "
            f"{sha256_of(where)}, not {claim.study.sha256}"
        )
    if where is not None:
        return read_study(where)
    file = built_in_study()
    if file.sha256 != claim.study.sha256:
        raise DisagreementError(_other_version(BUILT_IN, claim))
    return file


def _compare_inputs(file: StudyFile, claim: Claim, same: list[str], not_checked: list[str]) -> None:
    """Compare every input that is a file with its hash, and note which were."""
    different = []
    for given in claim.inputs:
        found = _sha256(file, given)
        if found is None:
            not_checked.append(given.file)
        elif found == given.sha256:
            same.append(given.file)
        elif given.file.startswith(PREFIX):
            different.append(_other_version(given.file, claim))
        else:
            different.append(
                f"{given.file} ({given.role}) is not the file that the plan was made from: its "
                f"SHA-256 is {found}, not {given.sha256}"
            )
    if different:
        raise DisagreementError(*different)


def _sha256(file: StudyFile, given: ClaimedInput) -> str | None:
    """Return the hash of an input; None where it is no file, or none that is here."""
    if given.file.startswith(PREFIX):
        return built_in_sha256(given.file)
    path = file.path(given.file, given.role)
    return sha256_of(path) if path.is_file() else None


def _other_version(name: str, claim: Claim) -> str:
    return (
        f"{name} is not the same in this leohub ({__version__}) as in the one that made the plan "
        f"({claim.leohub}): check it with that one"
    )


def _check_listed(posed: Posed, claim: Claim) -> None:
    """Refuse inputs that the run did not list: it was not made from them."""
    listed = {(given.role, given.file, given.sha256) for given in claim.inputs}
    missing = [
        f"{source.file} ({source.role}) is part of the study, but run.json does not list it with "
        "this content"
        for source in posed.sources
        if (source.role, source.file, source.sha256) not in listed
    ]
    if missing:
        raise DisagreementError(*missing)
