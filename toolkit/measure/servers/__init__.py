"""The real servers to measure, each started as a process of its own."""
