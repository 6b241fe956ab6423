"""Scores on held-out pieces, beside what needs no learning. Start at `engine.evaluation.run.evaluate`."""
