"""What the tables of a study file are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

BUILT_IN = "built-in"
"""Stands for a file that comes with leohub."""

ITUR = "itur"
"""Stands for the optional package of that name."""

Share = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(gt=0)]
Basis = Literal["measured", "modelled", "assumed"]
RadiusKm = Annotated[float, Field(gt=0, le=200)]
Money = Annotated[float, Field(ge=0, le=1e15)]
LifeYears = Annotated[float, Field(ge=0.1, le=100)]


def setting(default: Any, description: str, unit: str = "") -> Any:  # noqa: ANN401
    """Declare a field with its default, its meaning and its unit."""
    return Field(default, description=description, json_schema_extra={"unit": unit})


def required(description: str, unit: str = "") -> Any:  # noqa: ANN401
    """Declare a field that has no default that could be defended."""
    return Field(description=description, json_schema_extra={"unit": unit})


class Section(BaseModel):
    """A table of the study file. Unknown keys are errors: a typing mistake must not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Provenance(Section):
    """Who published a file, for what date, under which licence. Carried into every output."""

    origin: str = setting("", "Who published it, and where.")
    date: str = setting("", "The date that the data describe.")
    licence: str = setting("", "The licence they come under.")
    basis: Basis = setting(
        "measured",
        "What the file holds: measured (a census, a survey, a register), modelled (worked out from "
        "something else) or assumed.",
    )
