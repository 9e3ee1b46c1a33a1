"""Orbits: element sets, published positions, Earth orientation → what the sky needs."""
