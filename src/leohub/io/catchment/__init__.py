"""What catchments rest on: friction surfaces, roads, and what people cannot cross."""
