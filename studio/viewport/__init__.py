"""studio/viewport."""
