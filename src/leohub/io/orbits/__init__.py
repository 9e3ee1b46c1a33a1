"""Element sets: TLE and OMM files to a `Constellation`."""
