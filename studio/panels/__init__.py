"""studio/panels."""
