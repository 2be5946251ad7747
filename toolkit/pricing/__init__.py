"""Traffic to usage to bill: what a vendor charges for a month."""
