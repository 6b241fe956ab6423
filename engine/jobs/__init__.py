"""Job lanes: work on threads, one door for progress, cancel and results."""

from engine.jobs.events import Done, Dropped, End, Event, Failed, Partial, Started, Stepped
from engine.jobs.lane import InlineLane, Job, Lane, Runner

__all__ = ["Done", "Dropped", "End", "Event", "Failed", "InlineLane", "Job", "Lane", "Partial", "Runner", "Started", "Stepped"]
