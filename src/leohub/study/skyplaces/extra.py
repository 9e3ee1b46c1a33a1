"""Libraries that are not installed with leohub unless they are asked for."""

from __future__ import annotations

from importlib.util import find_spec

from leohub.errors import InputError, Problem


def needs(*modules: str, what: str) -> None:
    """Refuse work whose libraries are not installed.

    Parameters
    ----------
    *modules : str
        What must be there to be imported.
    what : str
        What they are needed for, for the message.

    Raises
    ------
    InputError
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise InputError(
            [
                Problem(
                    "leohub",
                    "",
                    f"{what} needs {' and '.join(missing)}, which leohub does not bring along "
                    "by itself",
                    "Install it with pip install 'leohub[cluster]'",
                )
            ]
        )
