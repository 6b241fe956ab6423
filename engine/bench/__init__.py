"""Benches: what the product does, timed warm and in process, beside named peers and what the machine does today."""
