"""`leohub`: the command line. Commands are thin; what they need is imported when they run."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from leohub import __version__
from leohub.app.cli.check import check
from leohub.app.cli.compare import compare
from leohub.app.cli.completion import completion
from leohub.app.cli.continuing import continuing
from leohub.app.cli.cover import cover
from leohub.app.cli.diff import diff
from leohub.app.cli.doubt import doubt
from leohub.app.cli.explain import explain
from leohub.app.cli.fetch import fetch
from leohub.app.cli.frontier import frontier
from leohub.app.cli.new import new
from leohub.app.cli.output import JSON_FLAG, print_error
from leohub.app.cli.paths import paths
from leohub.app.cli.phases import phases
from leohub.app.cli.plan import demo, plan
from leohub.app.cli.service import service
from leohub.app.cli.sky import sky
from leohub.app.cli.verify import verify
from leohub.errors import LeohubError

BAD_INPUT = 2
BUG = 70
INTERRUPTED = 130
DEBUG = "LEOHUB_DEBUG"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `leohub demo`, then `leohub new my-study` and edit what it made.",
)
@click.version_option(__version__, prog_name="leohub")
def cli() -> None:
    """Plan community internet hubs fed by low-Earth-orbit satellites.

    Which places should become hubs so that the most unserved people are newly reached, what the
    sky above gives each of them, what it costs, and how good that plan provably is.
    """


for command in (
    demo,
    new,
    check,
    plan,
    verify,
    explain,
    diff,
    frontier,
    phases,
    continuing,
    doubt,
    service,
    compare,
    sky,
    paths,
    cover,
    fetch,
    completion,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; every failure becomes a message and an exit code."""
    as_json = JSON_FLAG in sys.argv
    try:
        sys.exit(cli.main(prog_name="leohub", standalone_mode=False))
    except (click.Abort, KeyboardInterrupt):
        _stop()
    except click.ClickException as error:
        print_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except LeohubError as error:
        print_error(error, as_json=as_json)
        sys.exit(BAD_INPUT)
    except Exception as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            _stop()
        if DEBUG in os.environ:
            raise
        click.echo(
            f"This is a mistake in leohub, not in what you gave it: {type(error).__name__}: "
            f"{error}\nPlease report it with what is printed when {DEBUG}=1 is set.",
            err=True,
        )
        sys.exit(BUG)


def _stop() -> NoReturn:
    click.echo("Stopped.", err=True)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
