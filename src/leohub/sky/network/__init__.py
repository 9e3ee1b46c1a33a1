"""The network overhead: gateways, laser links, and the shortest path through them."""
