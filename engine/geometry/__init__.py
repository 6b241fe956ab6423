"""engine/geometry."""
