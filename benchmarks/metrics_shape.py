"""What all ways of rolling up by hand share: the files that they read, and what they give."""

import math

import pandas as pd

LN = math.log(1.02)
"""Logarithmic width of a bucket."""

HOUR_US = 3_600_000_000
FILES = "option=*/date=*/*.parquet"

Frames = dict[str, pd.DataFrame]
"""Sums by hour of deliveries and of connections, and histograms by hour and bucket."""
