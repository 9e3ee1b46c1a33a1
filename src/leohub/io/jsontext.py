"""JSON (RFC 8259) that is damaged, or made to break its reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager


class WrongJsonError(Exception):
    """Text that cannot be read as JSON.

    Attributes
    ----------
    where, message : str
        As in `leohub.errors.Problem`; `where` may be empty.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where, self.message = where, message


@contextmanager
def json_told() -> Iterator[None]:
    """Tell what the standard library raises on a JSON text that it cannot read.

    Raises
    ------
    WrongJsonError
    """
    try:
        yield
    except json.JSONDecodeError as error:
        message = f"this is not complete JSON ({error.msg})"
        raise WrongJsonError(f"row {error.lineno}", message) from None
    except RecursionError:
        raise WrongJsonError("", "its lists are nested too deeply to be data") from None
    except ValueError:
        # Python converts no whole number of more digits than sys.get_int_max_str_digits().
        raise WrongJsonError("", "a number in it has thousands of digits") from None
