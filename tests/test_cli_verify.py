"""A plan that carries its proof: anybody can check it, and no change goes unnoticed."""

import datetime as dt
import gzip
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from leohub.errors import InputError
from leohub.io.builtin.ground import built_in_gateways
from leohub.io.builtin.hashes import built_in_sha256
from leohub.io.builtin.kenya import builtin_census, builtin_prices, builtin_regions
from leohub.io.builtin.operators import built_in_constellation
from leohub.io.provenance import sha256_of
from leohub.people.cells import to_hex
from leohub.people.coverage import Coverage
from leohub.plan.rules.numbers import at_most, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task
from leohub.report import prooffile
from leohub.report.claim import EXACT_SOLVER, MULTIPLIERS, rests_on
from leohub.report.datapackage import datapackage
from leohub.report.prooffile import Certificate, find_proof, read_proof, write_proof
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from leohub.study.run import plan_study
from tests.sample_results import sample_results
from tests.tiny_country import make_tiny_country, write_people

pytestmark = pytest.mark.usefixtures("sketched")


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    """A tiny country with a plan in its results folder; copy it before changing anything."""
    from leohub.report.folder import write_results

    study = make_tiny_country(tmp_path_factory.mktemp("planned") / "tiny")
    file = read_study(study)
    write_results(plan_study(file), study.parent / "results")
    return study.parent


@pytest.fixture
def country(planned, tmp_path) -> Path:
    """A copy of it, as a funder would get it: somewhere else."""
    return Path(shutil.copytree(planned, tmp_path / "copy", ignore=lambda *_: ["figures"]))


@pytest.fixture
def check(country, leohub):
    """Verify the copy; return exit code, figures and the discrepancies."""

    def run(*more: object) -> tuple[int, dict, str]:
        arguments = more or ("--study", country / "study.toml")
        code, out, err = leohub("verify", country / "results", *arguments, "--json")
        told = json.loads(out or "{}")
        errors = [" ".join(error.values()) for error in told.get("errors", [])]
        return code, told, " ".join([*told.get("discrepancies", []), *errors, err])

    return run


def rewrite_run(country: Path, change) -> None:
    path = country / "results" / "run.json"
    run = json.loads(path.read_text("utf-8"))
    change(run)
    path.write_text(json.dumps(run), "utf-8")


def cover_up(country: Path, *names: str) -> None:
    """Put the hash of a changed file into run.json, as a careful cheat would."""
    results = country / "results"
    rewrite_run(
        country,
        lambda run: run["outputs"].update({name: sha256_of(results / name) for name in names}),
    )


def test_what_leohub_wrote_agrees(country, leohub):
    code, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    assert code == 0
    assert "Everything agrees" in out
    assert "proven here, without any solver" in " ".join(out.split())
    run = json.loads((country / "results" / "run.json").read_text("utf-8"))
    assert f"{run['plan']['objective_people']:,.3f}" in out


def test_value_and_bound_are_those_of_exact_arithmetic(country, check):
    code, told, _ = check()
    assert code == 0
    inputs = read_inputs(read_study(country / "study.toml"))
    hubs = pd.read_csv(country / "results" / "hubs.csv")["site_id"]
    rows = inputs.sites.index.get_indexer(hubs)
    need = [Fraction(people) for people in inputs.coverage.need_people.tolist()]
    near = inputs.coverage.shares.toarray() > 0
    value = sum(
        people for people, reached in zip(need, near[rows].any(axis=0), strict=True) if reached
    )
    assert Fraction(told["counted"]["value_low_people"]) <= value
    assert Fraction(told["counted"]["value_high_people"]) >= value
    proof = pd.read_csv(country / "results" / "proof.csv", index_col="h3")["granted_people"]
    granted = proof.reindex(to_hex(inputs.cells.index.to_numpy()), fill_value=0.0)
    given = [Fraction(people) for people in granted.tolist()]
    incomes = sorted(
        sum(
            max(Fraction(0), people - gift)
            for people, gift, is_near in zip(need, given, row, strict=True)
            if is_near
        )
        for row in near
    )
    bound = sum(given) + sum(incomes[-len(hubs) :])
    assert told["counted"]["bound_people"] == pytest.approx(float(bound), rel=1e-12)
    assert Fraction(told["counted"]["bound_people"]) >= bound
    assert told["counted"]["gap_pct"] == pytest.approx(float(100 * (1 - value / bound)), abs=1e-6)
    assert told["counted"]["candidate_sites"] == 40


def test_the_study_is_found_beside_the_folder(country, check, leohub):
    rewrite_run(country, lambda run: run["study"].update(file="some/where/study.toml"))
    assert leohub("verify", country / "results")[0] == 0
    (country / "study.toml").rename(country / "renamed.toml")
    code, _, err = leohub("verify", country / "results")
    assert code == 2
    assert "--study" in err
    assert check("--study", country / "renamed.toml")[0] == 0
    assert check("--study", country / "nowhere.toml")[0] == 2


def test_people_who_count_in_part_are_counted_in_part(tmp_path, leohub):
    study = make_tiny_country(tmp_path / "tiny")
    with study.open("a", encoding="utf-8") as text:
        text.write('\n[service.catchment]\ndecay = "linear"\nfull_pct = 20\n')
    assert leohub("plan", study)[0] == 0
    code, out, _ = leohub("verify", study.parent / "results", "--json")
    counted = json.loads(out)["counted"]
    assert code == 0
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    assert counted["value_low_people"] == pytest.approx(hubs["added_people"].sum(), abs=0.01)
    assert counted["value_low_people"] < counted["value_high_people"] <= counted["bound_people"]


# --- Tampering: each file in turn -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["study.toml", "people.tif", "regions.geojson", "census.csv", "schools.csv"]
)
def test_another_input_is_noticed(country, check, name):
    with (country / name).open("ab") as stream:
        stream.write(b"\n")
    code, told, said = check()
    assert code == 1
    assert name in said
    assert "is not the" in said
    assert sha256_of(country / name) in said
    assert told["counted"] is None


@pytest.mark.parametrize("name", ["hubs.csv", "proof.csv", "regions.csv", "report.html"])
def test_another_output_is_noticed(country, check, name):
    with (country / "results" / name).open("ab") as stream:
        stream.write(b"\n")
    code, told, said = check()
    assert code == 1
    assert f"{name} was changed since leohub wrote it" in said
    assert told["counted"] is not None


def test_an_input_that_is_gone_is_told(country, check):
    (country / "people.tif").unlink()
    code, _, said = check()
    assert code == 2
    assert "people.tif" in said


def test_an_input_that_is_not_needed_may_be_gone(country, check):
    entry = {"role": "elements", "file": "sky.tle", "sha256": "0" * 64}
    rewrite_run(country, lambda run: run["inputs"].append(entry))
    code, told, _ = check()
    assert code == 0
    assert "sky.tle" in told["inputs_not_checked"]


def test_an_input_that_the_run_does_not_list_is_noticed(country, check):
    def forget(run):
        run["inputs"] = [entry for entry in run["inputs"] if entry["role"] != "census"]

    rewrite_run(country, forget)
    code, _, said = check()
    assert code == 1
    assert "census.csv (census) is part of the study" in said


def test_other_people_under_a_covered_up_hash_are_noticed_by_the_value(country, check):
    write_people(country / "people.tif", np.full((40, 40), 20.0))

    def cheat(run):
        for entry in run["inputs"]:
            if entry["role"] == "people":
                entry["sha256"] = sha256_of(country / "people.tif")

    rewrite_run(country, cheat)
    code, _, said = check()
    assert code == 1
    assert "the plan is said to reach" in said


def test_a_worse_hub_under_a_covered_up_hash_is_noticed_by_the_value(country, check):
    path = country / "results" / "hubs.csv"
    hubs = pd.read_csv(path, dtype=str)
    schools = {f"school:{number}" for number in range(100, 140)}
    hubs.loc[0, "site_id"] = sorted(schools - set(hubs["site_id"]))[0]
    assert hubs["site_id"].isin(schools).all(), "ids are as the test believes"
    hubs.to_csv(path, index=False)
    cover_up(country, "hubs.csv")
    code, _, said = check()
    assert code == 1
    assert "the plan is said to reach" in said


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["school:999"], "'school:999' is no candidate place"),
        (["school:100", "school:100"], "in hubs.csv twice"),
        ([f"school:{number}" for number in range(100, 106)], "the study asks for 4"),
        (["school:100"], "has 1 hub, run.json claims 4"),
    ],
)
def test_hubs_that_cannot_be_are_noticed(country, check, ids, words):
    pd.DataFrame({"site_id": ids}).to_csv(country / "results" / "hubs.csv", index=False)
    cover_up(country, "hubs.csv")
    code, _, said = check()
    assert code == 1
    assert words in said


def test_a_table_without_hubs_is_noticed(country, check):
    (country / "results" / "hubs.csv").write_text("name\nSchool\n", "utf-8")
    code, _, said = check()
    assert code == 1
    assert "no table with a site_id" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{cell},-1.0", "no number of at least 0"),
        ("{cell},nan", "no number of at least 0"),
        ("{cell},inf", "no number of at least 0"),
        ("{cell},many", "no number of at least 0"),
        ("{cell},1.0\n{cell},2.0", "is there twice"),
        ("87754e64dffffff,1.0", "is no cell with people"),
    ],
)
def test_a_proof_that_proves_nothing_is_noticed(country, check, line, words):
    cell = pd.read_csv(country / "results" / "proof.csv")["h3"].iloc[0]
    text = "h3,granted_people\n" + line.format(cell=cell) + "\n"
    (country / "results" / "proof.csv").write_text(text, "utf-8")
    cover_up(country, "proof.csv")
    code, told, said = check()
    assert code == 1
    assert words in said
    assert "proof.csv, row" in said
    assert told["counted"] is None


def test_a_weaker_proof_is_noticed_by_the_bound(country, check):
    path = country / "results" / "proof.csv"
    proof = pd.read_csv(path)
    proof["granted_people"] /= 2
    proof.to_csv(path, index=False)
    cover_up(country, "proof.csv")
    code, told, said = check()
    assert code == 1
    assert "the multipliers are said to prove" in said
    assert told["counted"]["bound_people"] > told["claimed"]["bound_people"]


def test_a_missing_proof_is_noticed(country, check):
    (country / "results" / "proof.csv").unlink()
    code, _, said = check()
    assert code == 1
    assert "proof.csv" in said


@pytest.mark.parametrize(
    ("claimed", "words"),
    [
        ({"objective_people": 1e9}, "the plan is said to reach 1,000,000,000.000 people"),
        ({"certified_people": 5.0}, "the multipliers are said to prove that 5.000"),
        (
            {"bound_people": 5.0, "bound_rests_on": MULTIPLIERS},
            "5.000 people are said to be the most, but what is proven",
        ),
        ({"bound_people": 5.0, "bound_rests_on": EXACT_SOLVER}, "but the plan itself reaches"),
        ({"hubs": 3}, "run.json claims 3"),
    ],
)
def test_a_claim_that_is_too_good_is_noticed(country, check, claimed, words):
    rewrite_run(country, lambda run: run["plan"].update(claimed))
    code, _, said = check()
    assert code == 1
    assert words in said


def test_more_modest_claims_are_fine(country, check):
    def be_modest(run):
        run["plan"]["objective_people"] -= 10
        run["plan"]["bound_people"] += 10
        run["plan"]["certified_people"] += 10

    rewrite_run(country, be_modest)
    assert check()[0] == 0


def test_what_rests_on_the_exact_solver_is_said(country, check, leohub):
    # A proof that grants nothing proves little: the rest of the bound is then the solver's.
    (country / "results" / "proof.csv").write_text("h3,granted_people\n", "utf-8")
    cover_up(country, "proof.csv")
    rewrite_run(
        country,
        lambda run: run["plan"].update(certified_people=1e9, bound_rests_on=EXACT_SOLVER),
    )
    code, told, _ = check()
    assert code == 0
    rest = told["counted"]["bound_people"] - told["claimed"]["bound_people"]
    assert told["counted"]["rest_on_exact_solver_people"] == pytest.approx(rest)
    assert rest > 1
    _, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    assert f"the rest, {rest:,.3f} people, rests on the exact solver" in " ".join(out.split())


def test_a_bound_rests_on_what_proves_it():
    assert rests_on(100.0, 100.0) == MULTIPLIERS
    assert rests_on(99.0, 100.0) == EXACT_SOLVER


# --- Bad input ------------------------------------------------------------------------------------


def test_a_folder_of_something_else_is_told(tmp_path, leohub):
    for spoil in (
        lambda path: None,
        lambda path: path.write_text("{", "utf-8"),
        lambda path: path.write_text("[1]", "utf-8"),
        lambda path: path.write_text('{"plan": {}}', "utf-8"),
        lambda path: path.write_bytes(b"\xff\xfe"),
    ):
        spoil(tmp_path / "run.json")
        code, out, err = leohub("verify", tmp_path)
        assert code == 2
        assert str(tmp_path) in err
        assert "→" in err
        assert "Traceback" not in out + err
    assert leohub("verify", tmp_path / "nowhere")[0] == 2


def test_everything_that_run_json_lacks_is_told_at_once(country, check):
    def spoil(run):
        run["plan"]["bound_people"] = "inf"
        run["inputs"][0].pop("sha256")
        run.pop("outputs")

    rewrite_run(country, spoil)
    code, told, _ = check()
    assert code == 2
    assert {error["where"] for error in told["errors"]} == {
        "plan.bound_people",
        "inputs.0.sha256",
        "outputs",
    }


def test_results_of_an_older_leohub_are_told_so(country, check):
    rewrite_run(country, lambda run: run["plan"].pop("certified_people"))
    code, told, _ = check()
    assert code == 2
    assert "did not write a proof" in told["errors"][0]["message"]


# --- The file of the proof, and what the check rests on -------------------------------------------


def test_the_proof_is_written_to_the_last_digit_and_packed_when_long(tmp_path, monkeypatch):
    ids = [h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(0, 36, 7), 3)]
    cells = pd.DataFrame(index=pd.Index(np.array(ids, dtype=np.uint64), name="h3"))
    granted = np.random.default_rng(1).exponential(1, len(cells)) * 10.0 ** np.arange(-18, 19)
    granted[::3] = 0
    coverage = Coverage(csr_array((2, len(cells))), np.ones(len(cells)))
    task = Task.of(coverage, hubs_at_most(1, coverage))
    certificate = Certificate(granted, np.zeros(1))
    write_proof(cells, certificate, task.rules, tmp_path)
    assert find_proof(tmp_path).name == "proof.csv"
    assert (read_proof(tmp_path, cells, task).granted_people == granted).all()
    plain = (tmp_path / "proof.csv").read_bytes()
    assert len(plain.splitlines()) == 1 + np.count_nonzero(granted), "zeros are left out"
    monkeypatch.setattr(prooffile, "MOST_PLAIN_ROWS", 5)
    for _ in range(2):
        write_proof(cells, certificate, task.rules, tmp_path)
        assert gzip.decompress((tmp_path / "proof.csv.gz").read_bytes()) == plain
    assert (read_proof(tmp_path, cells, task).granted_people == granted).all()
    (tmp_path / "proof.csv.gz").write_bytes(b"\x1f\x8b damaged")
    with pytest.raises(InputError, match=r"proof\.csv\.gz"):
        read_proof(tmp_path, cells, task)


def test_the_prices_of_rules_are_written_to_the_last_digit(tmp_path):
    ids = [h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(0, 36, 7), 1)]
    cells = pd.DataFrame(index=pd.Index(np.array(ids, dtype=np.uint64), name="h3"))
    coverage = Coverage(csr_array(np.ones((2, len(cells)))), np.ones(len(cells)))
    every = np.ones(2, dtype=bool)
    people = at_least_reached("people", np.ones(len(cells)), 1.0, 2)
    rules = Rules.of([at_most("number", every, 1), people], 2, len(cells))
    task = Task.of(coverage, rules, np.array([0.5, 1.0]))
    certificate = Certificate(np.arange(2 * len(cells)) / 3, np.array([0.0, 1 / 7]))
    write_proof(cells, certificate, rules, tmp_path)
    found = read_proof(tmp_path, cells, task)
    assert (found.granted_people == certificate.granted_people).all()
    assert (found.row_prices == certificate.row_prices).all()
    text = (tmp_path / "proof_rules.csv").read_text("utf-8")
    (tmp_path / "proof_rules.csv").write_text(text.replace("people,0.14", "others,0.14"), "utf-8")
    with pytest.raises(InputError, match="not those of the study's rules"):
        read_proof(tmp_path, cells, task)


def test_a_packed_proof_is_described_as_what_it_is(planned, tmp_path):
    folder = Path(shutil.copytree(planned / "results", tmp_path / "results"))
    packed = gzip.compress((folder / "proof.csv").read_bytes(), mtime=0)
    (folder / "proof.csv").unlink()
    (folder / "proof.csv.gz").write_bytes(packed)
    resources = datapackage(sample_results(), folder)["resources"]
    (proof,) = [each for each in resources if each["name"] == "proof"]
    assert (proof["path"], proof["format"], proof["compression"]) == ("proof.csv.gz", "csv", "gz")


def test_files_that_come_with_leohub_are_hashed_as_their_sources_are():
    sources = [
        builtin_regions()[1],
        builtin_census()[1],
        builtin_prices()[1],
        built_in_gateways("starlink")[1],
        built_in_constellation("starlink", dt.datetime(2026, 8, 22, tzinfo=dt.UTC))[1],
    ]
    assert any(" + " in source.file for source in sources)
    for source in sources:
        assert built_in_sha256(source.file) == source.sha256, source.file
    for name in ("built-in: nothing.csv", "built-in: ../errors.py", "built-in: /etc/passwd"):
        assert built_in_sha256(name) is None


def test_neither_a_solver_nor_the_search_is_loaded(country):
    code = (
        "import sys; from pathlib import Path; from leohub.report.audit import audit;"
        f"found = audit(Path({str(country / 'results')!r}), Path({str(country / 'study.toml')!r}));"
        "assert not found.discrepancies and found.recount; print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(out.stdout.split())
    assert not loaded & {"highspy", "ortools", "scipy.optimize", "sgp4"}
    of_plan = {name.split(".")[2] for name in loaded if name.startswith("leohub.plan.")}
    assert of_plan == {"capacity", "proof", "rounding", "rules", "task"}
    of_capacity = {name for name in loaded if name.startswith("leohub.plan.capacity.")}
    assert {name.split(".")[3] for name in of_capacity} == {"certificate", "proof", "room"}
