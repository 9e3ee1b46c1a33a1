"""What a programme demands of its plan: rules as linear rows, by family, and what they ask for."""
