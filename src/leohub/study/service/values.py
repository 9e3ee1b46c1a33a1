"""`Values`: draws of the numbers that the service rests on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, NDArray[np.float64]]
"""A column of draws, shape (draws, 1), for each quantity by name."""
