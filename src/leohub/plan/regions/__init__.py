"""The choice region by region: tighter bounds, and hubs shared out among regions."""
