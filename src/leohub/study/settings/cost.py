"""What a hub costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from leohub.study.settings.base import (
    LifeYears,
    Money,
    Section,
    Share,
    required,
    setting,
)
from leohub.study.settings.choice import PlaceList


class Price(Section):
    """One line of the price table of a hub: a part, a service, staff or transport."""

    item: str = required("What is bought.")
    amount: Money = required("Price of one unit, in today's money.", "currency")
    low: Money | None = setting(
        None, "Lowest price that is thought possible. Default: `amount`.", "currency"
    )
    high: Money | None = setting(
        None, "Highest price that is thought possible. Default: `amount`.", "currency"
    )
    charged: Literal["once", "monthly"] = required(
        "Paid once per hub (and again whenever `lasts_years` are over), or every month."
    )
    quantity: Annotated[float, Field(ge=0, le=1e9)] = setting(
        1.0, "Units per hub: pieces, watts, days of a technician, kilometres of transport.", "units"
    )
    lasts_years: LifeYears | None = setting(
        None,
        "After how long it is bought again. Default: it lasts as long as the hub.",
        "years",
    )
    lasts_low_years: LifeYears | None = setting(
        None, "Shortest time it is thought to last. Default: `lasts_years`.", "years"
    )
    lasts_high_years: LifeYears | None = setting(
        None, "Longest time it is thought to last. Default: `lasts_years`.", "years"
    )
    operator: Literal["", "starlink", "oneweb", "amazon-leo"] = setting(
        "",
        "Whose terminal or plan it is: `leohub compare` then has those of the others instead. Left "
        "out, hubs need it under any sky.",
    )
    basis: Literal["published", "assumed"] = setting(
        "assumed", "Whether the price is published (then give `origin`) or assumed."
    )
    origin: str = setting("", "Who published it, or what the assumption rests on.")
    date: str = setting("", "The date of the price.")

    @field_validator("low", "high")
    @classmethod
    def _about_the_amount(cls, end: float | None, info: ValidationInfo) -> float | None:
        return _checked_end(end, "amount", info)

    @field_validator("lasts_years")
    @classmethod
    def _only_what_is_bought_once(cls, years: float | None, info: ValidationInfo) -> float | None:
        if years is not None and info.data.get("charged") == "monthly":
            raise ValueError('what is charged "monthly" is not bought again: leave it out')
        return years

    @field_validator("lasts_low_years", "lasts_high_years")
    @classmethod
    def _about_its_life(cls, end: float | None, info: ValidationInfo) -> float | None:
        return _checked_end(end, "lasts_years", info)

    @model_validator(mode="after")
    def _published_by_someone(self) -> Price:
        if self.basis == "published" and not self.origin:
            raise ValueError("a published price needs its origin: say who published it")
        return self


def _checked_end(end: float | None, middle: str, info: ValidationInfo) -> float | None:
    """Refuse an end of a range that lies on the wrong side of its middle, or has none."""
    if end is None or middle not in info.data:
        return end
    value = info.data[middle]
    if value is None:
        raise ValueError(f"it is an end of the range of {middle}: give that, too")
    if "low" in str(info.field_name) and end > value:
        raise ValueError(f"{end:g} is above {middle}, {value:g}: give {value:g} or less")
    if "high" in str(info.field_name) and end < value:
        raise ValueError(f"{end:g} is below {middle}, {value:g}: give {value:g} or more")
    return end


class SiteCost(Section):
    """Where hubs cost more or less than others: in some regions, at some kinds of places."""

    regions: list[str] = setting([], "Regions, by code or name. Default: all.")
    kinds: list[str] = setting([], "Kinds of places. Default: all.")
    times: Annotated[float, Field(gt=0, le=1000)] = setting(
        1.0, "How many times as much a hub costs there.", "times"
    )
    extra: Annotated[float, Field(ge=-1e15, le=1e15)] = setting(
        0.0, "What comes on top of that over its lifetime; below 0 what is saved.", "currency/hub"
    )


class CostByPlace(PlaceList):
    """What hubs at single places cost over their lifetime, instead of what the prices come to."""

    cost: str = setting("cost", "Column with the cost of a hub over its lifetime.", "currency/hub")


class Cost(Section):
    """What a hub costs over its life, in constant prices: inflation is left out."""

    builtin: Literal["kenya"] | None = setting(None, "Built-in published Kenyan prices.")
    currency: str = setting("USD", "Currency of all prices (ISO 4217).")
    currency_per_usd: Annotated[float, Field(ge=1e-6, le=1e9)] | None = setting(
        None,
        "Exchange rate: units of `currency` for one US dollar. Required unless that is USD.",
        "currency/USD",
    )
    currency_origin: str = setting("", "Source and date of the exchange rate.")
    lifetime_years: Annotated[float, Field(gt=0, le=100)] = setting(
        5.0, "How long a hub runs. Its cost is spread over this time.", "years"
    )
    discount_pct_per_year: Annotated[float, Field(ge=-50, le=100)] | None = setting(
        None,
        "Real discount rate, above inflation: what later payments are worth less a year, and the "
        "interest of capital. "
        "Left out, `cost.discount_pct_per_year` of the quantities, with its range.",
        "%/year",
    )
    upkeep_pct_per_year: Share | None = setting(
        None,
        "Repair and small parts a year, as a share of the capital. What wears out is bought again "
        "by `lasts_years` of its price. "
        "Left out, `cost.upkeep_pct_per_year` of the quantities, with its range.",
        "% of capital",
    )
    residual_pct: Share | None = setting(
        None,
        "Share of the straight-line value of used parts that counts at the end. It lowers the cost "
        "a month, not what a budget has to pay. "
        "Left out, `cost.residual_pct` of the quantities, with its range.",
        "%",
    )
    prices: list[Price] = setting(
        [], "Price lines, each as a `[[cost.prices]]` table; added to the built-in ones."
    )
    sites: list[SiteCost] = setting(
        [],
        "Where hubs cost more or less, each as a `[[cost.sites]]` table. Of several that apply to "
        "a place, all do: first every `times`, then every `extra`.",
    )
    by_place: CostByPlace | None = setting(None, "What hubs at single places cost.")

    @model_validator(mode="after")
    def _one_currency(self) -> Cost:
        if self.builtin and self.currency != "KES":
            raise ValueError('the built-in Kenyan prices are in KES: set currency = "KES"')
        if self.currency != "USD" and self.currency_per_usd is None:
            raise ValueError(f"currency_per_usd is missing: how many {self.currency} is one USD?")
        if self.currency == "USD" and self.currency_per_usd not in (None, 1.0):
            raise ValueError("currency_per_usd is given, but the currency is USD: set currency")
        return self
