"""Records what the options really do: probe, adapters, real servers, network faults, importers."""
