"""Libraries of the extra ``cluster``, which are not installed unless they are asked for."""

from __future__ import annotations

from leohub.io import extras


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
    extras.needs("cluster", *modules, what=what)
