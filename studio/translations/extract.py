"""Collects every text that a user of the studio may see, and brings the `.ts` files up to date. Needs the source tree, no Qt.

    python studio/translations/extract.py            update shape_studio_*.ts, keep translations, report what lacks one

Where texts come from:

* context Studio: literals given to `tr(...)` in studio/;
* context Engine: templates of `EngineError`s and `Sentence`s, texts of `progress.step`, labels and conventions of metrics,
  notes of empty meshes, and literals given to `engine_text(...)`. What only the command line reaches is left out.
"""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("zh_CN",)

#: Parts of the engine that only the command line reaches.
UNREACHED = ("cli", "bench", "data", "evaluation", "doctor.py", "training")
REACHED = ("training/fit.py",)

ERRORS = {
    "EngineError",
    "FileError",
    "PictureError",
    "ShapeError",
    "FrameMismatch",
    "ModelError",
    "DataError",
    "DependencyMissing",
}

#: Modules that pass other modules' texts on.
PASSING = ("studio/i18n.py", "engine/sentences.py")

Texts = dict[str, set[str]]


@dataclass
class Collected:
    """What was found.

    Attributes:
        texts: context -> texts.
        problems: places where a text is no literal, so that nobody can translate it.
    """

    texts: Texts = field(default_factory=lambda: {"Studio": set(), "Engine": set()})
    problems: list[str] = field(default_factory=list)


def collect(root: Path = ROOT) -> Collected:
    """All texts of the source tree under `root`."""
    found = Collected()
    for path in sorted((root / "studio").rglob("*.py")):
        if path != Path(__file__).resolve():
            _Reader(found, path, root).read()
    for path in sorted((root / "engine").rglob("*.py")):
        inside = path.relative_to(root / "engine").as_posix()
        if inside in REACHED or inside.split("/")[0] not in UNREACHED:
            _Reader(found, path, root).read()
    return found


class _Reader:
    def __init__(self, found: Collected, path: Path, root: Path) -> None:
        self._found = found
        self._where = path.relative_to(root).as_posix()
        self._tree = ast.parse(path.read_text(encoding="utf-8"))
        self._studio = self._where.startswith("studio/")
        self._constants = {
            target.id: node.value
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self._tables = {
            target.id: node.value
            for node in self._tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }

    def read(self) -> None:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                self._call(node)

    def _call(self, call: ast.Call) -> None:
        name = (
            call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
        )
        arguments = call.args
        if name == "tr" and self._studio:
            self._keep("Studio", arguments[0] if arguments else None, must=True)
        elif name == "engine_text":
            self._keep("Engine", arguments[0] if arguments else None)
        elif (name in ERRORS or name == "Sentence") and arguments:
            self._keep("Engine", arguments[0], must=True)
        elif name == "damaged" and len(arguments) == 2:  # engine.geometry.rawshape: a file and why
            self._keep("Engine", arguments[1])
        elif name == "step" and isinstance(call.func, ast.Attribute) and len(arguments) == 3:
            self._keep("Engine", arguments[2])
        elif name == "Metric" and not self._studio and len(arguments) >= 3:
            self._keep("Engine", arguments[1], must=True)
            self._keep("Engine", arguments[2], must=True)
        elif name == "Alignment" and not self._studio and len(arguments) >= 2:
            self._keep("Engine", arguments[1], must=True)
        elif name == "empty" and isinstance(call.func, ast.Attribute) and _is_mesh(call.func.value) and arguments:
            self._keep("Engine", arguments[0], must=not isinstance(arguments[0], (ast.Name, ast.Call)))

    def _keep(self, context: str, node: ast.expr | None, must: bool = False) -> None:
        for text in self._literals(node):
            if text is not None:
                if text:
                    self._found.texts[context].add(text)
            elif must and node is not None and self._where not in PASSING:
                self._found.problems.append(f"{self._where}:{node.lineno}: not a literal: {ast.unparse(node)[:80]}")

    def _literals(self, node: ast.expr | None) -> Iterator[str | None]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=one, orelse=other):
                yield from self._literals(one)
                yield from self._literals(other)
            case ast.Name(id=name) if name in self._constants:
                yield from self._literals(self._constants[name])
            case ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get")) if (
                name in self._tables
            ):
                for value in self._tables[name].values:
                    yield from self._literals(value)
            case _:
                yield None


def _is_mesh(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"Mesh", "cls"}


# --- .ts files -------------------------------------------------------------------------------------------------------


def read_ts(path: Path) -> dict[str, dict[str, str]]:
    """Context -> source -> translation (empty where there is none) of a `.ts` file of ours."""
    result: dict[str, dict[str, str]] = {}
    if not path.is_file():
        return result
    for context in ElementTree.parse(path).getroot().iter("context"):
        messages = result.setdefault(context.findtext("name", ""), {})
        for message in context.iter("message"):
            messages[message.findtext("source", "")] = message.findtext("translation", "")
    return result


def write_ts(path: Path, language: str, texts: Texts, known: dict[str, dict[str, str]]) -> list[str]:
    """Write a `.ts` file with exactly `texts`, translated where `known` has it; gives the texts that lack a translation."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>", f'<TS version="2.1" language="{language}">']
    missing = []
    for context in sorted(texts):
        lines += ["<context>", f"    <name>{context}</name>"]
        for source in sorted(texts[context]):
            translation = known.get(context, {}).get(source, "")
            if not translation:
                missing.append(f"{context}: {source}")
            state = "" if translation else ' type="unfinished"'
            lines += [
                "    <message>",
                f"        <source>{escape(source)}</source>",
                f"        <translation{state}>{escape(translation)}</translation>",
                "    </message>",
            ]
        lines.append("</context>")
    path.write_text("\n".join([*lines, "</TS>", ""]), encoding="utf-8")
    return missing


def ts_file(language: str) -> Path:
    """The `.ts` file of a language."""
    return FOLDER / f"shape_studio_{language}.ts"


def main() -> int:
    """Update all languages; 1 if something cannot be translated or lacks its translation."""
    found = collect()
    bad = list(found.problems)
    for language in LANGUAGES:
        path = ts_file(language)
        missing = write_ts(path, language, found.texts, read_ts(path))
        bad += [f"{language} lacks {text!r}" for text in missing]
    count = sum(map(len, found.texts.values()))
    sys.stdout.write("".join(f"{line}\n" for line in bad) + f"{count} texts, {len(bad)} to mend\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
