"""What a hub gets of a service cell that it shares: beams, the hours of a day, load, its fit.

Only throughput is meant: a published median tells the ratio of a cell's load to its capacity, never
one of them alone. A load holds for the beams that it was fitted with, and says nothing of
customers.
"""
