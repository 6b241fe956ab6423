"""studio/widgets."""
