"""The properties file inside a furniture catalogue: text to its header and its entries."""

from __future__ import annotations

import re


def parse_properties(data: bytes) -> dict[str, str]:
    """Java properties: Latin-1, `key=value` or `key:value`, comments, lines that go on, characters as hex codes."""
    text = re.sub(r"\\\r?\n[ \t]*", "", data.decode("latin-1"))
    properties: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#!":
            continue
        match = re.match(r"((?:\\.|[^=:\s])+)\s*[=:]?\s*(.*)$", line)
        if match:
            properties[_unescape(match[1])] = _unescape(match[2])
    return properties


def _unescape(text: str) -> str:
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else m[1], text)


def split_entries(properties: dict[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """What is said of the whole catalogue, and the entries in the order of their numbers."""
    header: dict[str, str] = {}
    entries: dict[int, dict[str, str]] = {}
    for key, value in properties.items():
        field, mark, number = key.rpartition("#")
        if mark and number.isdigit():
            entries.setdefault(int(number), {})[field] = value
        else:
            header[key] = value
    return header, [entries[number] for number in sorted(entries)]
