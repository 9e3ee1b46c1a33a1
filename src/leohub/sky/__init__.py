"""Which satellites a place can see and use, and when."""
