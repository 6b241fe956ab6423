"""Where bundled files live: inside the installed package, or in `assets/` of a checkout."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import FileError


def assets_root() -> Path:
    """Folder of the bundled assets.

    Raises:
        FileError: if the installation is damaged and holds none.
    """
    here = Path(__file__).resolve().parent
    for root in (here / "_assets", here.parent / "assets"):
        if (root / "weights").is_dir():
            return root
    raise FileError("The bundled assets are missing; install Shape Studio again.")


def bench_models() -> Path:
    """Folder of models that are there to be measured against, not to be worked with: the papers' own sizes."""
    return assets_root() / "bench"


def model_roots() -> tuple[Path, ...]:
    """Folders that hold model folders, the user's own first: `$SHAPE_STUDIO_MODELS`, the user data folder, the bundle."""
    import platformdirs

    own = os.environ.get("SHAPE_STUDIO_MODELS")
    roots = [Path(own)] if own else []
    roots += [platformdirs.user_data_path("shape-studio", appauthor=False) / "models", assets_root() / "weights"]
    return tuple(root for root in roots if root.is_dir())
