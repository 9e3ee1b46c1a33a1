"""How far a hub serves, how many come from how far, and what stops them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from leohub.study.settings.base import Basis, Provenance, required, setting

OnFootKmH = Annotated[float, Field(ge=0.5, le=10)]
_TRAVEL_ONLY = ("file", "minutes", "mode")
_ROADS_ONLY = ("walking_km_h", "off_road_km_h", "road_class", "road_speed")


class Barriers(Provenance):
    """Areas that nobody crosses: lakes, wide rivers."""

    file: str = required("Polygons (GeoJSON, GeoPackage or GeoParquet), in any projection.")


class Catchment(Provenance):
    """Which of the people around a hub count as reached. Default: everyone within `radius_km`."""

    by: Literal["distance", "friction", "roads"] = setting(
        "distance",
        "How far people are: `distance` as the crow flies; `friction`: travel time over a raster "
        "of minutes per metre; `roads`: travel time over roads and paths. `radius_km` ends the "
        "catchment in any case.",
    )
    file: str | None = setting(
        None,
        "The friction surface (GeoTIFF, minutes per metre, as the Malaria Atlas Project gives "
        "them; nodata is impassable), or the roads (lines with a class, as GeoPackage, GeoJSON or "
        "GeoParquet).",
    )
    basis: Basis = setting(
        "modelled", "What the file holds: measured, modelled (as friction surfaces are) or assumed."
    )
    minutes: Annotated[float, Field(gt=0, le=1440)] | None = setting(
        None, "Longest time that people travel to a hub, one way.", "min"
    )
    mode: Literal["walking", "motor"] = setting(
        "walking",
        "How people travel: it chooses the speeds on roads, and what a friction surface is checked "
        "against.",
    )
    walking_km_h: OnFootKmH = setting(
        5.0,
        "On foot along roads and paths: 5 km/h, the usual pace of grown people on level ground "
        "(Tobler 1993: 5.04; Bohannon 1997: 4.6 to 5.3) and that of the Malaria Atlas Project.",
        "km/h",
    )
    off_road_km_h: OnFootKmH = setting(
        3.0,
        "On foot across country, to the nearest road or all the way; assumed, as through bush of "
        "medium density (Ray & Ebener 2008, AccessMod).",
        "km/h",
    )
    road_class: str = setting(
        "highway", "Column with the class of road: values of OpenStreetMap's key `highway`."
    )
    road_speed: str | None = setting(
        None, "Column with the speed on each line [km/h]. Default: that of its class (assumed)."
    )
    decay: Literal["none", "linear", "exponential"] = setting(
        "none",
        "Which share of the people counts by how far they are: `none`: all of them; `linear`: "
        "evenly fewer from `full_pct` of the radius or time on, none at its end (Berman, Krass & "
        "Drezner 2003); `exponential`: half of them at `half_pct`, half of those after as much "
        "again (Wilson 1971).",
    )
    full_pct: Annotated[float, Field(ge=0, lt=100)] = setting(
        0.0, "Up to here everyone counts.", "% of the radius or time"
    )
    half_pct: Annotated[float, Field(gt=0, le=1000)] = setting(
        50.0, "Where half of the people count, with `exponential`.", "% of the radius or time"
    )
    borders: Literal["open", "country", "regions"] = setting(
        "open",
        "`country`: no way leads out of the regions and back in; `regions`: nor from one region "
        "into another.",
    )
    barriers: Barriers | None = setting(None, "Areas that nobody crosses.")

    @model_validator(mode="after")
    def _fits_together(self) -> Catchment:
        given = self.model_fields_set
        if self.by == "distance":
            self._refuse(given & {*_TRAVEL_ONLY, *_ROADS_ONLY}, 'by = "friction" or "roads"')
        else:
            missing = [name for name in ("file", "minutes") if getattr(self, name) is None]
            if missing:
                raise ValueError(f'by = "{self.by}" needs {" and ".join(missing)}')
        if self.by == "friction":
            self._refuse(given & {*_ROADS_ONLY}, 'by = "roads"')
        if self.decay == "none":
            self._refuse(given & {"full_pct"}, 'decay = "linear" or "exponential"')
        if self.decay != "exponential":
            self._refuse(given & {"half_pct"}, 'decay = "exponential"')
        elif self.half_pct <= self.full_pct:
            raise ValueError("half_pct must be above full_pct")
        return self

    @property
    def everyone_within_radius(self) -> bool:
        """Whether the service radius alone decides."""
        return (self.by, self.decay, self.borders, self.barriers) == (
            "distance",
            "none",
            "open",
            None,
        )

    def _refuse(self, names: set[str], needed: str) -> None:
        if names:
            raise ValueError(f"{', '.join(sorted(names))}: only with {needed}")
