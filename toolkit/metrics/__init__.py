"""Hourly rollups of the recorded facts, and the key metrics that follow from them."""
