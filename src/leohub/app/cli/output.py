"""How commands answer: JSON on standard output where asked for, errors in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from leohub.errors import InputError, LeohubError

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command; its errors are then JSON as well."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> bool:
        if isinstance(context.obj, dict):
            context.obj["json"] = value
        return value

    return click.option(
        "--json", "as_json", is_flag=True, callback=remember, help="Print the figures as JSON."
    )(command)


def print_json(figures: dict[str, Any]) -> None:
    """Print figures as JSON, readable by people too."""
    click.echo(json.dumps(figures, indent=2, ensure_ascii=False, default=str))


def print_error(error: LeohubError, *, as_json: bool) -> None:
    """Print what went wrong, all of it."""
    problems = error.problems if isinstance(error, InputError) else ()
    if as_json:
        print_json({"errors": [vars(problem) for problem in problems] or [{"message": str(error)}]})
        return
    if not problems:
        click.echo(f"Error: {error}", err=True)
        return
    things = "one thing" if len(problems) == 1 else f"{len(problems)} things"
    click.echo(
        f"There is {things} to put right first:"
        if len(problems) == 1
        else f"There are {things} to put right first:",
        err=True,
    )
    for problem in problems:
        place = f"{problem.file}, {problem.where}" if problem.where else problem.file
        click.echo(f"\n  {click.style(place, bold=True)}", err=True)
        click.echo(f"    {problem.message}.", err=True)
        click.echo(f"    {click.style('→', fg='green')} {problem.remedy}.", err=True)
