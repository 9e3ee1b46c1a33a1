"""What the air takes from a link: gases, clouds, rain and scintillation."""
