"""Libraries that are not installed with leohub unless they are asked for."""

from __future__ import annotations

from importlib.util import find_spec

from leohub.errors import InputError, Problem


def needs(extra: str, *modules: str, what: str, otherwise: str = "") -> None:
    """Refuse work whose libraries are not installed.

    Parameters
    ----------
    extra : str
        Name of the extra of leohub that brings them.
    *modules : str
        What must be there to be imported.
    what : str
        What they are needed for, for the message.
    otherwise : str
        What else can be done about it, for the message.

    Raises
    ------
    InputError
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        remedy = f"Install it with pip install 'leohub[{extra}]'"
        raise InputError(
            [
                Problem(
                    "leohub",
                    "",
                    f"{what} needs {' and '.join(missing)}, which leohub does not bring along "
                    "by itself",
                    f"{remedy}, or {otherwise}" if otherwise else remedy,
                )
            ]
        )
