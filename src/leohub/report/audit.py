"""A results folder checked against its inputs: hashes, hubs, value and bound, without any solver.

Nothing is taken on trust from the run but the names of its inputs. The study is read again by the
ordinary readers, the hubs are looked up among its candidate places, and `leohub.plan.proof` counts
what they reach and what proof.csv proves. The search for the plan has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub import __version__
from leohub.errors import InputError, Problem, RefusalError
from leohub.io.builtin.hashes import PREFIX, built_in_sha256
from leohub.io.provenance import sha256_of
from leohub.people.coverage import Coverage
from leohub.plan.proof import bound_under_rules, value_people
from leohub.plan.rules.rules import reached_by_cell
from leohub.plan.task import Task
from leohub.report.auditcapacity import recount_served
from leohub.report.capacityfile import capacity_files
from leohub.report.changes import changed_files
from leohub.report.claim import (
    COUNTED_TO_PEOPLE,
    EXACT_SOLVER,
    Claim,
    ClaimedInput,
    demands_of,
    read_claim,
)
from leohub.report.numerals import plural
from leohub.report.prooffile import find_proof, proof_files, read_proof
from leohub.report.roomfile import room_files, with_written_rooms
from leohub.study.desk import Tick
from leohub.study.file import BUILT_IN, StudyFile, built_in_study, read_study
from leohub.study.posed import Posed, read_posed
from leohub.study.rules import Demands

HUBS = "hubs.csv"


@dataclass(frozen=True)
class Recount:
    """What was counted again.

    Attributes
    ----------
    sites : int
        Candidate places of the study.
    hubs : int
    rules : int
        Of the study besides the size of the plan; the plan keeps to all of them.
    low_people, high_people : float
        What the plan reaches lies between them.
    worth_low_people, worth_high_people : float
        So does what it is worth, with the weights of kinds of places.
    bound_people : float
        No plan within the rules is worth more.
    served_people : float or None
        Where hubs serve only so many people: how many at least; that is what the plan is worth.
    modelled : tuple of str
        Files of the run that say what it modelled of hubs and service cells, and that are believed.
    """

    sites: int
    hubs: int
    rules: int
    low_people: float
    high_people: float
    worth_low_people: float
    worth_high_people: float
    bound_people: float
    served_people: float | None = None
    modelled: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """At most this share is lost against the best plan [0..1]."""
        if self.bound_people <= 0:
            return 0.0
        return max(0.0, 1 - self.worth_low_people / self.bound_people)


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


class _DisagreementError(Exception):
    """What makes counting pointless."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__(*sentences)


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
        posed = _with_rooms(folder, posed, claim)
        tick("counting again", 0.0)
        recount = _count(folder, posed, claim, file)
        wrong += _number_discrepancies(recount, claim)
    except _DisagreementError as error:
        wrong += error.sentences
    name = BUILT_IN if where is None else str(where)
    return Audit(claim, name, tuple(same), tuple(not_checked), recount, tuple(wrong))


def _folder_discrepancies(folder: Path, claim: Claim) -> Iterator[str]:
    for name in (HUBS, find_proof(folder).name):
        if name not in claim.outputs:
            yield _unlisted(name)
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
        raise _DisagreementError(
            f"{where} is not the study that the plan was made from: its SHA-256 is "
            f"{sha256_of(where)}, not {claim.study.sha256}"
        )
    if where is not None:
        return read_study(where)
    file = built_in_study()
    if file.sha256 != claim.study.sha256:
        raise _DisagreementError(_other_version(BUILT_IN, claim))
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
        raise _DisagreementError(*different)


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
        raise _DisagreementError(*missing)


def _count(folder: Path, posed: Posed, claim: Claim, file: StudyFile) -> Recount:
    """Count what the hubs reach and what the proof proves."""
    hubs = _hub_rows(folder / HUBS, posed.sites, claim, file.study.choice.hubs)
    demands = _demands(posed, claim, file)
    rules = demands.rules
    task = Task.of(posed.coverage, rules, demands.weight)
    _check_there(proof_files(folder, rules), claim)
    try:
        certificate = read_proof(folder, posed.cells, task)
    except InputError as error:
        raise _DisagreementError(*_told(error)) from None
    chosen = np.isin(np.arange(len(posed.sites)), hubs)
    broken = rules.broken(chosen, reached_by_cell(posed.coverage, chosen))
    if broken:
        raise _DisagreementError(
            *(f"the plan breaks a rule of the study: {name}" for name in broken)
        )
    low, high = value_people(posed.coverage, hubs)
    weighed = Coverage(task.coverage.shares, task.coverage.need_people * task.worth)
    worth_low, worth_high = value_people(weighed, hubs)
    recount = Recount(
        sites=len(posed.sites),
        hubs=len(hubs),
        rules=len(rules.names) - 1,
        low_people=low,
        high_people=high,
        worth_low_people=worth_low,
        worth_high_people=worth_high,
        bound_people=bound_under_rules(task, certificate.granted_people, certificate.row_prices),
    )
    modelled = room_files(folder, posed.study)
    return _with_served(replace(recount, modelled=modelled), folder, posed, claim, hubs)


def _with_rooms(folder: Path, posed: Posed, claim: Claim) -> Posed:
    """Return what the plan is counted with, with what its run modelled."""
    _check_there(room_files(folder, posed.study), claim)
    try:
        return with_written_rooms(folder, posed)
    except InputError as error:
        raise _DisagreementError(*_told(error)) from None


def _with_served(
    recount: Recount, folder: Path, posed: Posed, claim: Claim, hubs: NDArray[np.int64]
) -> Recount:
    """Return the recount with the people served, where each hub serves only so many."""
    capacity, claimed = posed.demands.capacity, claim.plan.capacity
    if (capacity is None) != (claimed is None):
        raise _DisagreementError(
            "study and run.json do not agree on whether hubs serve only so many people"
        )
    if capacity is None:
        return recount
    _check_there(capacity_files(folder), claim)
    try:
        served, most = recount_served(folder, posed, capacity, hubs)
    except InputError as error:
        raise _DisagreementError(*_told(error)) from None
    except ValueError as error:
        raise _DisagreementError(f"the people served cannot be counted: {error}") from None
    # Nobody is served who is not reached, so that both bounds hold.
    return replace(
        recount,
        worth_low_people=served,
        worth_high_people=served,
        bound_people=min(most, recount.bound_people),
        served_people=served,
    )


def _told(error: InputError) -> Iterator[str]:
    for problem in error.problems:
        where = f", {problem.where}" if problem.where else ""
        yield f"{problem.file}{where}: {problem.message}"


def _demands(posed: Posed, claim: Claim, file: StudyFile) -> Demands:
    """Return what the plan had to keep to; its goal must be the study's."""
    goal, objective = claim.plan.goal, file.study.choice.objective
    if (goal.objective if goal else "reach") != objective:
        raise _DisagreementError(
            f"the study's objective is {objective}, run.json has "
            f"{goal.objective if goal else 'reach'}"
        )
    try:
        return demands_of(posed, goal)
    except (RefusalError, ValueError) as error:
        raise _DisagreementError(f"the goal in run.json is none of the study: {error}") from None


def _check_there(names: Iterable[str], claim: Claim) -> None:
    """Refuse files that the run did not list."""
    missing = [name for name in names if name not in claim.outputs]
    if missing:
        raise _DisagreementError(*(_unlisted(name) for name in missing))


def _unlisted(name: str) -> str:
    return f"run.json does not say what {name} was when leohub wrote it"


def _hub_rows(
    path: Path, sites: pd.DataFrame, claim: Claim, asked: int | None
) -> NDArray[np.int64]:
    """Return the rows of the coverage that are hubs."""
    try:
        ids = pd.read_csv(path, dtype=str, keep_default_na=False)["site_id"]
    except (OSError, ValueError, KeyError):
        raise _DisagreementError(f"{path.name} is missing, or is no table with a site_id") from None
    rows = np.asarray(sites.index.get_indexer(pd.Index(ids)), dtype=np.int64)
    wrong = [f"hub {name!r} is no candidate place of the study" for name in ids[rows < 0]]
    wrong += [f"hub {name!r} is in {path.name} twice" for name in ids[ids.duplicated()]]
    if len(ids) != claim.plan.hubs:
        wrong.append(
            f"{path.name} has {plural(len(ids), 'hub')}, run.json claims {claim.plan.hubs:,}"
        )
    if asked is not None and len(ids) > asked:
        wrong.append(f"the plan has {plural(len(ids), 'hub')}, the study asks for {asked:,}")
    if wrong:
        raise _DisagreementError(*wrong)
    return rows


def _number_discrepancies(recount: Recount, claim: Claim) -> Iterator[str]:
    """Say which claims are better than what was counted."""
    claimed = claim.plan
    if claimed.objective_people > recount.high_people + COUNTED_TO_PEOPLE:
        yield (
            f"the plan is said to reach {claimed.objective_people:,.3f} people, but it reaches "
            f"{recount.high_people:,.3f}"
        )
    served = claimed.capacity.served_people if claimed.capacity is not None else 0.0
    if served > (recount.served_people or 0.0) + COUNTED_TO_PEOPLE:
        yield (
            f"the plan is said to serve {served:,.3f} people, but it serves "
            f"{recount.served_people or 0.0:,.3f}"
        )
    least = recount.bound_people - COUNTED_TO_PEOPLE
    if claimed.certified_people < least:
        yield (
            f"the multipliers are said to prove that {claimed.certified_people:,.3f} people are "
            f"the most, but they prove {recount.bound_people:,.3f}"
        )
    if claimed.bound_people < least and claimed.bound_rests_on != EXACT_SOLVER:
        yield (
            f"{claimed.bound_people:,.3f} people are said to be the most, but what is proven is "
            f"{recount.bound_people:,.3f}"
        )
    if claimed.bound_people < recount.worth_low_people - COUNTED_TO_PEOPLE:
        yield (
            f"{claimed.bound_people:,.3f} people are said to be the most, but the plan itself "
            f"{'reaches' if recount.served_people is None else 'serves'} "
            f"{recount.worth_low_people:,.3f}"
        )
