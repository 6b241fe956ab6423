"""What a build did, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.data.refused import Refusal
from engine.data.store import FORMAT_VERSION


@dataclass(slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        built: ids made now.
        kept: ids that were there already, made from the same content with the same settings.
        refused: what was left out and why.
        unlisted: pieces of the catalogues that the furniture table does not list (other licence, duplicate, no category).
        changed: ids whose file in the catalogue is not the one that the furniture table was made from.
        doubtful: ids built now whose sign confidence is below `engine.data.sdf.SURE_SIGN`.
        seconds: seconds of work per id built now.
        wall_seconds: of the whole build.
        settings_hash: of the settings.
        run: name of the build in the journal.
    """

    built: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unlisted: list[Refusal] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    settings_hash: str = ""
    run: str = ""

    def to_markdown(self) -> str:
        """A report for people."""
        total = sum(self.seconds.values())
        lines = [
            "# Data build",
            "",
            f"Format {FORMAT_VERSION}, settings {self.settings_hash}, run {self.run}. {len(self.built)} built, "
            f"{len(self.kept)} kept, {len(self.refused)} refused, {len(self.unlisted)} catalogue entries not in the furniture "
            "table.",
            f"{self.wall_seconds:.0f} s in all, {total / max(1, len(self.seconds)):.1f} s of work per item built.",
            "`shape-engine data report` shows all of it in pictures.",
        ]
        for title, ids in (
            ("Built, with a sign that is not sure", self.doubtful),
            ("Not the file that the furniture table knows", self.changed),
        ):
            if ids:
                lines += ["", f"## {title}", "", *(f"* {item_id}" for item_id in ids)]
        lines += ["", "## Refused", "", "| id | category | reason | picture |", "|---|---|---|---|"]
        seen = [f"![picture]({r.picture})" if r.picture else "none" for r in self.refused]
        lines += [
            f"| {r.id} | {r.category} | {r.reason} | {picture} |" for r, picture in zip(self.refused, seen, strict=True)
        ] or ["| none | | | |"]
        lines += ["", "## Not in the furniture table", "", "| id | category | reason |", "|---|---|---|"]
        lines += [f"| {r.id} | {r.category} | {r.reason} |" for r in self.unlisted] or ["| none | | |"]
        return "\n".join(lines) + "\n"
