"""engine/metrics."""
