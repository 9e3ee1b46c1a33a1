"""Make docs/reference from the code: study file, command line, data dictionary, quantities.

``python tools/reference.py`` writes the pages; with ``--check`` it only says whether they are up to
date, and whether every link between the documents leads somewhere.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from leohub.app.cli.main import cli
from leohub.io.builtin.loads import TABLE
from leohub.io.builtin.operators import OPERATORS
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantity
from leohub.study.service.assumptions import all_quantities
from leohub.study.settings import Study

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Made by tools/reference.py from the code: do not edit. -->\n"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def study_page() -> str:
    lines = [
        MADE,
        "# The study file\n",
        "A study is a TOML file. Paths in it are relative to it and may hold `${NAME}` or "
        "`${NAME:-default}` for environment variables. Unknown keys are errors. "
        "`leohub new PATH` writes a commented one; `leohub check STUDY` says what is wrong with "
        "yours.\n",
    ]
    lines += _section(Study, "")
    return "\n".join(lines)


def _section(model: type[BaseModel], header: str) -> list[str]:
    inner = [
        (f"{header}.{name}" if header else name, found, _is_list(field.annotation))
        for name, field in model.model_fields.items()
        if (found := _model_in(field.annotation)) is not None
    ]
    plain = {
        name: field
        for name, field in model.model_fields.items()
        if _model_in(field.annotation) is None
    }
    lines = []
    if plain:
        lines += ["| key | default | unit | meaning |", "|---|---|---|---|"]
        for name, field in plain.items():
            extra: Any = field.json_schema_extra or {}
            lines.append(
                f"| `{name}` | {_default(field)} | {extra.get('unit', '')} | {field.description} |"
            )
        lines.append("")
    for path, found, many in inner:
        lines.append(f"## `{'[[' if many else '['}{path}{']]' if many else ']'}`\n")
        lines.append(f"{(found.__doc__ or '').strip()}\n")
        lines += _section(found, path)
    return lines


def _default(field: Any) -> str:  # noqa: ANN401
    if field.default is PydanticUndefined:
        return "**required**"
    if field.default is None or field.default in ("", [], {}):
        return "—"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`"


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if (found := _model_in(part)) is not None:
            return found
    return None


def _is_list(annotation: Any) -> bool:  # noqa: ANN401
    return getattr(annotation, "__origin__", None) is list


def command_page() -> str:
    lines = [MADE, "# The command line\n"]
    context = click.Context(cli, info_name="leohub")
    lines += ["```text", cli.get_help(context), "```", ""]
    lines += helps(cli, context)
    lines += [
        "Exit codes: 0 done, 2 something in the input must be put right first, 130 stopped with "
        "Ctrl-C (nothing is written then).\n"
    ]
    return "\n".join(lines)


def helps(group: click.Group, context: click.Context) -> list[str]:
    """Return the help of every command of a group, and of the groups in it."""
    lines = []
    for name, command in group.commands.items():
        inner = click.Context(command, info_name=name, parent=context)
        lines += [f"## `{inner.command_path}`\n", "```text", command.get_help(inner), "```", ""]
        if isinstance(command, click.Group):
            lines += helps(command, inner)
    return lines


def dictionary_page() -> str:
    text = resources.files("leohub.data").joinpath("dictionary.csv").read_text("utf-8")
    lines = [
        MADE,
        "# The data dictionary\n",
        "Every column of every table in a results folder, declared once in "
        "`src/leohub/data/dictionary.csv` and checked when results are written.\n",
    ]
    table = ""
    for row in csv.DictReader(text.splitlines()):
        if row["table"] != table:
            table = row["table"]
            lines += [
                "",
                f"## {table}\n",
                "| column | unit | type | meaning |",
                "|---|---|---|---|",
            ]
        lines.append(f"| `{row['column']}` | {row['unit']} | {row['type']} | {row['meaning']} |")
    return "\n".join(lines) + "\n"


def quantity_page() -> str:
    lines = [
        MADE,
        "# Quantities\n",
        "Every number that the service of a hub rests on and that comes with leohub "
        "([what is done with them](../model.md)). The range holds what is thought possible; a "
        "number without one is taken as known. Basis: *measured* (or published by those who sell "
        "it), *filed* with a regulator, *fitted* by leohub to published figures, or *assumed*.\n",
        "A study sets its own under `[assumptions]`, by the name in the first column "
        "([how](../how-to/service.md#numbers-of-your-own)); those of `geometry` it sets under "
        "`[sky]`, loads under `[load]`.",
    ]
    titles = {"use": "How people use a hub", "power": "Power", "cost": "Cost"} | {
        operator: built_in_quantities(f"operators/{operator}.toml")[1]["name"]
        for operator in OPERATORS
    }
    known = all_quantities()
    for table, title in titles.items():
        inside = {name: q for name, q in known.items() if name.split(".")[0] == table}
        if inside:
            lines += ["", f"## {title}\n", *_quantities(inside)]
    loads, _, _ = built_in_quantities(TABLE)
    used = {name: q for name, q in loads.items() if not name.startswith("held_out.")}
    lines += ["", "## The load of Starlink's cells\n", *_quantities(used)]
    return "\n".join(lines) + "\n"


def _quantities(found: Mapping[str, Quantity]) -> list[str]:
    rows = [
        f"| `{name}` | {q.value:g} | {'' if q.known else f'{q.low:g} to {q.high:g}'} | {q.unit} | "
        f"{q.basis} | {q.source.replace('|', '/')} |"
        for name, q in found.items()
    ]
    return ["| name | value | range | unit | basis | source |", "|---|---|---|---|---|---|", *rows]


def broken_links() -> list[str]:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return [
        f"{document.relative_to(ROOT)}: {target} leads nowhere"
        for document in sorted(documents)
        for target in LINK.findall(document.read_text("utf-8"))
        if not target.startswith(("http:", "https:", "mailto:"))
        and not (document.parent / target).exists()
    ]


def main() -> int:
    pages = {
        "study.md": study_page(),
        "cli.md": command_page(),
        "dictionary.md": dictionary_page(),
        "quantities.md": quantity_page(),
    }
    if "--check" not in sys.argv:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (FOLDER / name).write_text(text, "utf-8")
        return 0
    wrong = [
        f"docs/reference/{name} is out of date: make reference"
        for name, text in pages.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != text
    ]
    wrong += broken_links()
    print("\n".join(wrong) or "documents are up to date", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
