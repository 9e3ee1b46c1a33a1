"""`leohub new`: a commented study to start from."""

from __future__ import annotations

from pathlib import Path

import click

STUDY_NAME = "study.toml"


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def new(path: Path) -> None:
    """Copy a commented example study to PATH.

    PATH is a folder to make (the study is then PATH/study.toml) or a file ending in .toml. The
    example plans Kenya from built-in data as it stands; its comments explain every field.
    """
    from importlib import resources

    from leohub.errors import InputError, OutputError, Problem

    file = path if path.suffix == ".toml" else path / STUDY_NAME
    text = resources.files("leohub.data").joinpath("kenya_study.toml").read_text("utf-8")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(
            [Problem(str(file), "", "is there already", "Name another path, or remove it first")]
        ) from None
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {file}. Edit it, then:\n  leohub check {file}\n  leohub plan {file}")
