"""Rivals side by side: the same hubs under other operators, and under two of them."""
