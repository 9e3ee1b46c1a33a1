"""Climate of places: a grid of the user's, or the recommendation's own maps."""
