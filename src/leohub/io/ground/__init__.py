"""What stands on the ground: places, their horizons, gateways and points of presence."""
