"""How often the gates are wrong: simulated worlds of known truth, looked at every day."""
