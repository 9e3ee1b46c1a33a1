"""Better plans: walks that sometimes go downhill, and regions chosen anew."""
