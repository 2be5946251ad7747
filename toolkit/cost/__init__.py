"""Total cost of each option over the horizon, with its uncertainty."""
