"""How good any plan can be: prices that prove it, and the search for them."""
