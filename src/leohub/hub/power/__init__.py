"""What feeds a hub: sunshine, panel and battery, and how large they must be."""
