"""Compiling the kernels once, in a process of its own, so that nothing that runs ever waits for a compiler.

numba compiles a function when it is first called and holds the interpreter lock meanwhile: seconds in which a window
would be dead. So the functions of `engine.metrics.kernels` are called only when `ready()` says that their machine code
lies on disk; until then callers take SciPy, which gives the same values. `python -m engine.metrics.compiled` puts it there.

This module imports neither numba nor the kernels.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from time import time

KERNELS = Path(__file__).parent / "kernels"
_MARK, _BUSY = "ready", "compiling"
#: The same as `python -m engine.metrics.compiled`, without importing this module twice.
_COMMAND = (sys.executable, "-c", "import sys; from engine.metrics.compiled import main; sys.exit(main())")
#: A process that began to compile so many seconds ago is taken for dead.
_PATIENCE = 300.0

_started: subprocess.Popen[bytes] | None = None
_known_ready = False
_lock = Lock()


def modules() -> tuple[str, ...]:
    """Names of the modules that hold kernels; each has a function `compile_all`. Names with an underscore hold none."""
    return tuple(f"engine.metrics.kernels.{path.stem}" for path in sorted(KERNELS.glob("[!_]*.py")))


@cache
def folder() -> Path | None:
    """Where the machine code lies; None if no folder can be written to, and then nothing is ever compiled.

    Next to the sources where they can be written to, else (a wheel in a folder of the system) in the user's cache folder;
    `NUMBA_CACHE_DIR` overrides both. One folder for each state of the sources, version of numba and processor.
    """
    own = KERNELS / "__pycache__"
    bases = [Path(os.environ["NUMBA_CACHE_DIR"])] if os.environ.get("NUMBA_CACHE_DIR") else [own, _users()]
    for base in bases:
        place = base / f"kernels-{_digest()}"
        try:
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
        except OSError:
            continue
    return None


def ready() -> bool:
    """True if all kernels can be called without compiling. Costs microseconds; may be asked at every call."""
    global _known_ready
    if not _known_ready:
        place = folder()
        _known_ready = place is not None and (place / _MARK).exists()
    return _known_ready


def ensure_started() -> None:
    """Start compiling in the background unless that has been done or is under way. Returns at once."""
    global _started
    with _lock:
        if _started is not None or ready() or folder() is None:
            return
        _started = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
        )


def finish() -> bool:
    """Compile what is missing in another process and wait for it: for tests and benches. True if all is ready then."""
    if not ready() and folder() is not None:
        subprocess.run(_COMMAND, cwd=Path(__file__).parents[2], check=True)
    return ready()


def load() -> bool:
    """Load the kernels if they are compiled, else start compiling them; True if they are loaded.

    Takes a third of a second, a tenth of it in one piece that holds the interpreter lock (numba's own modules): programs with
    a window do it before the window opens.
    """
    if not ready():
        ensure_started()
        return False
    from importlib import import_module

    for name in modules():
        import_module(name)
    import_module(modules()[0]).compile_all()  # calls one, which makes numba load the rest of itself
    return True


@cache
def pool() -> ThreadPoolExecutor:
    """Two threads for kernels, which run without the interpreter lock. Never submit from inside it."""
    return ThreadPoolExecutor(2, thread_name_prefix="kernel")


def _users() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("shape-studio", appauthor=False) / "kernels"


def _digest() -> str:
    files = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(KERNELS.glob("*.py"))]
    state = (str(KERNELS), files, version("numba"), version("llvmlite"), version("numpy"), sys.version, _processor())
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def _processor() -> str:
    """Model and abilities of the processor: machine code of one need not run on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    told = [line for line in lines if line.partition(":")[0].strip() in ("model name", "flags", "Features")]
    return f"{platform.machine()} {sorted(set(told))}"


def _compile(place: Path) -> None:
    from importlib import import_module

    for name in modules():
        import_module(name).compile_all()
    (place / _MARK).touch()
    if place.parent == KERNELS / "__pycache__":  # elsewhere other installations may keep theirs
        for older in place.parent.glob("kernels-*"):
            if older != place and not (older / _BUSY).exists():
                shutil.rmtree(older, ignore_errors=True)


def main() -> int:
    """Compile everything, unless another process is at it; the exit code."""
    place = folder()
    if place is None:
        return 1
    busy = place / _BUSY
    if busy.exists() and time() - busy.stat().st_mtime > _PATIENCE:
        busy.unlink(missing_ok=True)
    try:
        busy.touch(exist_ok=False)
    except FileExistsError:
        return 0
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        _compile(place)
    finally:
        busy.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
