"""What a user can set or read is documented, and no file names a place only its author has."""

import csv
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import get_args

import click
import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from leohub.app.cli.main import cli
from leohub.study.service.assumptions import all_quantities
from leohub.study.settings import Section, Study, required, setting
from tests.conftest import REPOSITORY

UNITS = {
    "_deg": "°",
    "_km": "km",
    "_km2": "km²",
    "_per_km2": "people/km²",
    "_s": "s",
    "_days": "days",
    "_years": "years",
    "_people": "people",
    "_pct": "%",
    "_pct_per_year": "%",
    "_usd": "USD",
}
"""How the unit begins that a name ends in; the longest end counts."""


def unit_of(name: str) -> str:
    ends = [end for end in UNITS if name.endswith(end)]
    return UNITS[max(ends, key=len)] if ends and "_per_usd" not in name else ""


# --- The study file ------------------------------------------------------------------------------


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(annotation):
        yield from models_in(part)


def types_in(annotation: object) -> set[object]:
    return {annotation}.union(*(types_in(part) for part in get_args(annotation)))


def faults_of(name: str, field: FieldInfo) -> list[str]:
    """What is missing in the manual of one field."""
    meaning = field.description or ""
    extra = field.json_schema_extra
    faults = []
    if len(meaning) < 8 or not meaning.strip().endswith((".", "…")):
        faults.append("no sentence says what it means")
    if not isinstance(extra, dict) or "unit" not in extra:
        faults.append("no unit is declared, not even that there is none")
    elif types_in(field.annotation) & {int, float} and not str(extra["unit"]).startswith(
        unit_of(name)
    ):
        faults.append(f"its unit is {extra['unit']!r}, its name says {unit_of(name)!r}")
    return faults


MODELS = sorted(set(models_in(Study)), key=lambda model: model.__name__)
SETTINGS = [
    pytest.param(name, field, id=f"{model.__name__}.{name}")
    for model in MODELS
    for name, field in model.model_fields.items()
]


@pytest.mark.parametrize(("name", "field"), SETTINGS)
def test_every_setting_says_what_it_means_and_in_which_unit(name: str, field: FieldInfo):
    assert not faults_of(name, field)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_of_the_study_file_says_what_it_is_for(model: type[BaseModel]):
    assert model.__doc__ != Section.__doc__
    assert len((model.__doc__ or "").strip()) > 10


def test_no_model_of_the_settings_stays_out_of_the_study():
    subclasses, found = [Section], set()
    while subclasses:
        found.add(subclasses.pop())
        subclasses += [
            model for known in found for model in known.__subclasses__() if model not in found
        ]
    bases = {base for model in MODELS for base in model.__mro__}
    ours = {model for model in found if model.__module__ == Section.__module__}
    assert ours <= bases


class Faulty(Section):
    """Fields as they must not be."""

    mute: str = setting("", "")
    hasty: str = setting("", "Name.")
    reach_km: float | None = setting(None, "How far it reaches.", "m")
    share_pct: float = required("How much of it.")


@pytest.mark.parametrize("name", Faulty.model_fields)
def test_a_faulty_setting_is_found(name: str):
    assert len(faults_of(name, Faulty.model_fields[name])) == 1


HOW_TO = (REPOSITORY / "docs" / "how-to" / "service.md").read_text("utf-8")
TEMPLATE = files("leohub.data").joinpath("kenya_study.toml").read_text("utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL))
def test_the_settings_of_the_how_to_are_valid(block: str):
    written = tomllib.loads(block)
    for name, value in written.items():
        TypeAdapter(Study.model_fields[name].annotation).validate_python(value)
    assert set(written.get("assumptions", {})) <= set(all_quantities())


def test_the_numbers_of_its_own_in_the_template_are_known():
    shown = re.findall(r'^#(?:\[assumptions\.)?"([\w.-]+)"', TEMPLATE, re.MULTILINE)
    assert len(shown) > 1
    assert set(shown) <= set(all_quantities())


# --- The command line ----------------------------------------------------------------------------


def commands_of(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from commands_of(inner, f"{name} {inner.name}")


@pytest.mark.parametrize(("name", "command"), [*commands_of(cli, "leohub")])
def test_every_option_and_argument_is_explained(name: str, command: click.Command):
    page = (REPOSITORY / "docs" / "reference" / "cli.md").read_text("utf-8")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
            assert all(option in page for option in parameter.opts)
        else:
            choices = getattr(parameter.type, "choices", [])
            for word in choices or [parameter.human_readable_name.strip("[]")]:
                assert word in (command.help or ""), f"{name} {word}"


# --- The data dictionary -------------------------------------------------------------------------


def declared() -> list[dict[str, str]]:
    text = files("leohub.data").joinpath("dictionary.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


def test_every_column_is_declared_once_with_its_type_and_meaning():
    rows = declared()
    assert rows
    assert [set(row) for row in rows] == [{"table", "column", "unit", "type", "meaning"}] * len(
        rows
    ), "a cell too many or too few: put quotes around meanings with commas"
    repeated = Counter((row["table"], row["column"]) for row in rows)
    assert max(repeated.values()) == 1, repeated.most_common(3)
    for row in rows:
        assert len(row["meaning"].strip()) > 5, row
        assert row["type"] in {"string", "number", "integer", "boolean"}, row


def test_the_columns_of_a_table_stand_together():
    tables = [row["table"] for row in declared()]
    changes = [
        table for table, before in zip(tables, [None, *tables], strict=False) if table != before
    ]
    assert changes == list(dict.fromkeys(tables))


@pytest.mark.parametrize("row", declared(), ids=lambda row: f"{row['table']}.{row['column']}")
def test_a_column_has_the_unit_that_its_name_says(row: dict[str, str]):
    assert row["unit"].startswith(unit_of(row["column"]))


# --- The reference -------------------------------------------------------------------------------


def test_the_reference_is_made_from_this_code_and_every_link_leads_somewhere():
    done = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "reference.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, asked to check."""
    spec = importlib.util.spec_from_file_location("reference", REPOSITORY / "tools/reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(sys, "argv", ["reference.py", "--check"])
    return tool


@pytest.mark.parametrize("page", ["study.md", "cli.md", "dictionary.md", "quantities.md"])
def test_an_edited_page_of_the_reference_is_found(page, reference, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    shutil.copytree(REPOSITORY / "docs" / "reference", tmp_path / "reference")
    with (tmp_path / "reference" / page).open("a", encoding="utf-8") as text:
        text.write("A promise.\n")
    assert reference.main() == 1
    assert f"docs/reference/{page} is out of date" in capsys.readouterr().err


def test_a_link_that_leads_nowhere_is_found(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("[a](docs/b.md#c) [x](https://example.org)", "utf-8")
    (tmp_path / "docs" / "b.md").write_text("[up](../README.md) [gone](gone.md)", "utf-8")
    assert reference.broken_links() == ["docs/b.md: gone.md leads nowhere"]


# --- Nobody else's places ------------------------------------------------------------------------

# In parts, so that this file holds none of them.
REGISTRIES = [
    "registry." + "npmjs" + ".org",
    "registry." + "yarnpkg" + ".com",
    "pypi" + ".org",
    "files." + "pythonhosted" + ".org",
]
MACHINES = ["/" + folder + "/" for folder in ("root", "work", "home", "Users")]
FORBIDDEN = [text.encode() for text in [*REGISTRIES, *MACHINES]]
MADE = re.compile(
    r"\..*cache|\.venv|\.git|\.hypothesis|__pycache__|node_modules|vendor|results.*|dist|.*\.egg-info"
)


def files_of(repository: Path) -> list[Path]:
    """What belongs to the repository: what git sees, or all but what tools and runs leave."""
    if (repository / ".git").exists() and (git := shutil.which("git")):
        listed = subprocess.run(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=repository,
            capture_output=True,
            text=True,
            check=True,
        )
        found = [repository / name for name in listed.stdout.split("\0") if name]
    else:
        found = [
            path
            for path in repository.rglob("*")
            if not any(MADE.fullmatch(part) for part in path.relative_to(repository).parts)
        ]
    return [path for path in found if path.is_file()]


def forbidden_in(paths: list[Path]) -> list[str]:
    return [
        f"{path} holds {text.decode()}"
        for path in paths
        for text in FORBIDDEN
        if text in path.read_bytes()
    ]


def test_no_file_names_a_registry_or_a_folder_of_its_author():
    paths = files_of(REPOSITORY)
    names = {str(path.relative_to(REPOSITORY)) for path in paths}
    assert {"README.md", "pyproject.toml", "web/.npmrc", "tests/test_documents.py"} <= names
    assert not forbidden_in(paths)


@pytest.mark.parametrize("text", [*REGISTRIES, *MACHINES])
def test_such_a_name_is_found(text: str, tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").write_text(f"from https://x{text}y", "utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "made.txt").write_text(text, "utf-8")
    (found,) = forbidden_in(files_of(tmp_path))
    assert found.endswith(text)
    assert "guide.md" in found
