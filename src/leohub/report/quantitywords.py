"""What the numbers that the service rests on are called in plain words."""

from __future__ import annotations

from typing import Final

from leohub.quantities import Quantity
from leohub.report.numerals import exact

TITLES: Final = {
    "load.down": "Terminals of others that download in a cell",
    "load.up": "Terminals of others that upload in a cell",
    "load.growth": "How many times as busy cells are as when speeds were published",
    "day.busiest_hour": "Busiest hour of the day",
    "use.month_users_pct": "People who come at least once a month",
    "use.visits_per_month": "Visits of each of them",
    "use.minutes_per_visit": "Length of a visit",
    "use.open_days_per_month": "Days open",
    "use.opening_h_per_day": "Hours open",
    "use.busy_hour_share_pct": "Share of a day's use in its busiest hour",
    "use.object_mb": "What is fetched at a time",
    "use.think_s": "Pause between two fetches",
    "use.user_max_mbps": "Most that a person's Wi-Fi carries",
    "use.threshold_mbps": "Rate that counts as served well",
    "use.threshold_chance_pct": "Fetches that must get it",
    "use.gb_per_user_month": "Data of a user, as a check",
    "power.wifi_w": "Power of the Wi-Fi",
    "power.router_w": "Power of the router",
    "power.closed_w": "Power while the hub is closed",
    "power.opens_h": "Opening hour",
    "power.closes_h": "Closing hour",
    "power.panel.performance_ratio": "Performance of the panel",
    "power.panel.tilt_deg": "Tilt of the panel",
    "power.panel.albedo": "Light that the ground reflects",
    "power.panel.price_kes_per_w": "Price of a panel, to size it",
    "power.battery.charge_efficiency": "Efficiency of charging",
    "power.battery.discharge_efficiency": "Efficiency of discharging",
    "power.battery.depth_of_discharge": "Share of the battery that is used",
    "power.battery.price_kes_per_wh": "Price of a battery, to size it",
    "power.target_loss_of_load_pct": "Hours without power that are borne",
    "power.weather.persistence": "How alike two days in a row are",
    "power.weather.sunshine_factor": "Sunshine by that of the table",
    "power.weather.max_distance_km": "Farthest place whose sunshine is taken",
    "cost.discount_pct_per_year": "Interest above inflation",
    "cost.upkeep_pct_per_year": "Upkeep, by the capital",
    "cost.residual_pct": "Value left in used parts that counts",
    "geometry.min_elevation_deg": "Minimum elevation",
    "geometry.arc_avoidance_deg": "Avoided band around the geostationary arc",
    "geometry.min_altitude_km": "Lowest satellites that serve",
    "geometry.slot_phase_s": "Seconds after which satellites are assigned anew",
    "cell.resolution": "H3 resolution of service cells",
    "cell.area_km2": "Area of a service cell",
    "cell.altitude_km": "Height of the satellites",
    "cell.loaded_share_pct": "Cells with customers",
    "cell.load": "Terminals of others busy in a cell",
    "terminal.power_w": "Power of the terminal",
    "terminal.diameter_m": "Diameter of the terminal",
    "terminal.efficiency_factor": "Efficiency of its aperture",
    "terminal.max_down_mbps": "Most that a terminal downloads",
    "terminal.max_up_mbps": "Most that a terminal uploads",
    "terminal.price_usd": "Price of the terminal",
    "terminal.monthly_usd": "Price of the service plan",
    "latency.access_ms": "Wait for access and scheduling",
    "latency.hop_ms": "Delay in each satellite passed by laser",
    "latency.laser_factor": "Way over lasers, by the shortest",
    "latency.fibre_factor": "Length of fibre, by the great circle",
    "latency.fibre_us_km": "Delay in fibre",
    "latency.beyond_ms": "Delay in Wi-Fi, exchanges and servers",
    "latency.backhaul.fibre_km": "Fibre from a gateway to its point of presence",
    "latency.backhaul.server_fibre_km": "Fibre from there to a server",
}
"""By name, without the operator."""

WAYS: Final = {
    "frequency_ghz": "Frequency",
    "channel_mhz": "Width of a channel",
    "flux_dbw_m2_4khz": "Power that arrives on the ground",
    "eirp_dbw": "Radiated power",
    "gt_db_per_k": "Gain of the receiver by its noise, G/T",
    "system_temperature_k": "Noise temperature of the receiver",
    "scan_exponent": "Loss of an antenna that looks aside",
    "interference_db": "Signal by interference",
    "implementation_loss_db": "Loss in real modems",
    "overhead": "Share of a channel that carries data",
    "max_beams": "Most beams on one cell",
    "beams_per_satellite": "Beams of a satellite",
    "satellite_mbps": "What a satellite carries",
}
"""By the last part of the name, where there is one for each way of the link."""

DIRECTIONS: Final = {"down": "downlink", "up": "uplink"}


def title(name: str) -> str:
    """Return what a quantity is called; its own name where it has no other."""
    if name in TITLES:
        return TITLES[name]
    *parts, last = name.split(".")
    if last in WAYS and parts and parts[-1] in DIRECTIONS:
        return f"{WAYS[last]}, {DIRECTIONS[parts[-1]]}"
    for prefix, words in (("cost.price.", "Price: "), ("cost.lasts_years.", "Life: ")):
        if name.startswith(prefix):
            return words + name.removeprefix(prefix)
    return name


def with_unit(value: float, unit: str) -> str:
    """Write a number of a quantity: 3 MB, 8 %/year, 60°."""
    space = "" if unit == "°" else " "
    return f"{exact(value)}{space}{'' if unit == '-' else unit}".rstrip()


def span(quantity: Quantity) -> str:
    """Write the range of a quantity; nothing where it is taken as known."""
    return "" if quantity.known else f"{exact(quantity.low)} to {exact(quantity.high)}"
