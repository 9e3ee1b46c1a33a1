"""What a radio link between a terminal and a satellite carries: budget, MODCOD, rate."""
