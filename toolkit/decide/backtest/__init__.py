"""The backtest: every recorded day replayed as if it were today, and held against what followed."""
