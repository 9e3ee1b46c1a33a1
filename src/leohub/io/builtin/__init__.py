"""What the package brings along: Kenya, operators and their shells."""
