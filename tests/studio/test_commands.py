"""Finding commands."""

from __future__ import annotations

from studio.commands import match


def best(query: str, titles: list[str]) -> str:
    scored = [(score, title) for title in titles if (score := match(query, title)) is not None]
    return max(scored)[1]


def test_letters_must_occur_in_order() -> None:
    assert match("rcn", "Reconstruct the picture") is not None
    assert match("ncr", "Open") is None
    assert match("", "anything") == 0


def test_words_and_starts_win() -> None:
    titles = ["Reset view", "Reset layout", "Reconstruct the picture", "Save session…", "Command palette…"]
    assert best("reset l", titles) == "Reset layout"
    assert best("rv", titles) == "Reset view"
    assert best("pal", titles) == "Command palette…"
    assert best("ses", titles) == "Save session…"


def test_chinese_titles_are_found() -> None:
    assert best("视图", ["复位视图", "交换 A 和 B"]) == "复位视图"
