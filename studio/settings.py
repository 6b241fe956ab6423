"""What the studio remembers between runs: one small TOML file, readable and mendable by hand. Free of Qt.

A damaged file never stops the studio: fields that can be read are kept, the others take their defaults, and `problem` says so.
"""

from __future__ import annotations

import logging
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
import tomli_w
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

log = logging.getLogger(__name__)

Theme = Literal["system", "dark", "light"]
Language = Literal["system", "en", "zh_CN"]
LatentView = Literal["sliders", "map"]

#: Recent files kept.
RECENT = 12


def settings_path() -> Path:
    """Where the settings live for this user."""
    return platformdirs.user_config_path("shape-studio", appauthor=False) / "settings.toml"


class Settings(BaseModel):
    """User settings. Assigning a field checks it; `save` writes the file.

    Attributes:
        version: of the file's form.
        theme: colours; "system" follows the desktop.
        language: of the texts; "system" follows the locale.
        device: torch device: "auto", "cpu", "cuda" or "cuda:N".
        threads: torch threads; 0 lets the engine choose.
        measures: measures shown in the panel; empty for the usual ones.
        colour_map: of the error colours.
        latent_view: how codes are shown.
        play_seconds: of the animation from A to B.
        play_repeat: what the animation does at its end.
        play_even: the animation goes at constant speed of the shape.
        show_timing: the timings lie over the view.
        recent: files opened last, newest first.
        last_folder: where the next file dialog opens.
        geometry: window size and place, as Qt encodes it (Base64).
        layout: places of the docks, as Qt encodes them (Base64).
    """

    model_config = ConfigDict(validate_assignment=True, extra="ignore")

    version: Literal[1] = 1
    theme: Theme = Field("system", title="Theme")
    language: Language = Field("system", title="Language")
    device: str = Field("auto", title="Device", pattern=r"^(auto|cpu|cuda(:\d{1,2})?)$")
    threads: int = Field(0, title="Threads", ge=0, le=256)
    measures: tuple[str, ...] = ()
    colour_map: str = "cividis"
    latent_view: LatentView = "sliders"
    play_seconds: float = Field(4.0, ge=0.5, le=60)
    play_repeat: Literal["once", "loop", "swing"] = "swing"
    play_even: bool = True
    show_timing: bool = False
    recent: tuple[str, ...] = ()
    last_folder: str = ""
    geometry: str = ""
    layout: str = ""

    _path: Path | None = PrivateAttr(default=None)
    _problem: str = PrivateAttr(default="")

    @property
    def problem(self) -> str:
        """Why the file could not be read or written as it stands (for the log); empty if all is well."""
        return self._problem

    @property
    def path(self) -> Path:
        """The file behind these settings."""
        return self._path or settings_path()

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Settings from `path` (default: `settings_path()`); defaults for whatever is missing or damaged."""
        path = path or settings_path()
        raw: dict[str, Any] = {}
        problem = ""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problem = f"{path.name}: {error}"
        kept = dict(raw)
        try:
            settings = cls.model_validate(kept)
        except ValidationError as error:
            bad = {str(part["loc"][0]) for part in error.errors() if part["loc"]}
            problem = f"{path.name}: {', '.join(sorted(bad))} not understood"
            settings = cls.model_validate({name: value for name, value in kept.items() if name not in bad})
        if problem:
            log.warning("settings: %s", problem)
        settings._path, settings._problem = path, problem
        return settings

    def save(self) -> bool:
        """Write the file in one step; False (and `problem`) if the disk refuses. The studio goes on without."""
        path = self.path
        text = tomli_w.dumps(self.model_dump(mode="json"))
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".settings-", dir=path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(path)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            self._problem = f"{path.name}: {error.strerror or error}"
            log.warning("settings: %s", self._problem)
            return False
        return True

    def note_file(self, path: Path) -> None:
        """Put a file at the head of `recent` and remember its folder."""
        name = str(path.absolute())
        self.recent = (name, *(other for other in self.recent if other != name))[:RECENT]
        self.last_folder = str(path.absolute().parent)

    def reset(self) -> None:
        """Everything back to its default (the file is written by the next `save`)."""
        for name, field in type(self).model_fields.items():
            setattr(self, name, field.get_default())
