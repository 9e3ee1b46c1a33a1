"""What places see: directions, the geostationary arc, horizons, and every slot of a day."""
