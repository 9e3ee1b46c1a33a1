"""How commands answer: JSON on standard output where asked for, errors in plain words."""

from __future__ import annotations

import json
from typing import Any

import click

from leohub.errors import InputError, LeohubError, Problem

JSON_FLAG = "--json"

json_option = click.option(
    JSON_FLAG, "as_json", is_flag=True, help="Print the figures as JSON; errors, too."
)
"""Add ``--json`` to a command."""


def print_json(figures: dict[str, Any]) -> None:
    """Print figures as JSON, readable by people too."""
    click.echo(json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False, default=str))


def print_error(error: LeohubError | click.ClickException, *, as_json: bool) -> None:
    """Print what went wrong, all of it."""
    problems = error.problems if isinstance(error, InputError) else ()
    if as_json:
        told = [vars(problem) for problem in problems] or [{"message": _message(error)}]
        print_json({"errors": told})
    elif isinstance(error, click.ClickException):
        error.show()
    elif not problems:
        click.echo(f"Error: {error}", err=True)
    else:
        _print_problems(problems)


def _message(error: LeohubError | click.ClickException) -> str:
    return error.format_message() if isinstance(error, click.ClickException) else str(error)


def _print_problems(problems: tuple[Problem, ...]) -> None:
    count = len(problems)
    things = "is one thing" if count == 1 else f"are {count} things"
    click.echo(f"There {things} to put right first:", err=True)
    for problem in problems:
        place = f"{problem.file}, {problem.where}" if problem.where else problem.file
        click.echo(f"\n  {click.style(place, bold=True)}", err=True)
        click.echo(f"    {problem.message}.", err=True)
        click.echo(f"    {click.style('→', fg='green')} {problem.remedy}.", err=True)
