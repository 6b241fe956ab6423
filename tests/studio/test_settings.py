"""Settings survive a round trip, damage and a disk that refuses."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from studio.settings import RECENT, Settings, settings_path


def test_round_trip_with_chinese_names(tmp_path):
    settings = Settings.load(tmp_path / "设置" / "settings.toml")
    settings.theme, settings.language, settings.device, settings.threads = "dark", "zh_CN", "cuda:1", 3
    settings.note_file(tmp_path / "椅子 1.png")
    assert settings.save()
    again = Settings.load(settings.path)
    assert again.model_dump() == settings.model_dump()
    assert again.last_folder == str(tmp_path)
    assert not again.problem


def test_default_path_is_the_users_own():
    assert settings_path().name == "settings.toml"
    assert Settings.load().path == settings_path()


def test_missing_file_gives_defaults(tmp_path):
    settings = Settings.load(tmp_path / "none.toml")
    assert settings.model_dump() == Settings().model_dump()
    assert not settings.problem


@pytest.mark.parametrize("text", ["theme = [", "\x00\x01", "theme = "])
def test_unreadable_file_gives_defaults_and_says_so(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    settings = Settings.load(path)
    assert settings.theme == "system"
    assert "settings.toml" in settings.problem


def test_bad_fields_are_replaced_good_ones_kept(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('theme = "mauve"\nlanguage = "zh_CN"\nthreads = -4\nunknown = 1\nversion = 7\n')
    settings = Settings.load(path)
    assert (settings.theme, settings.language, settings.threads) == ("system", "zh_CN", 0)
    assert {"theme", "threads"} <= set(settings.problem.replace(",", " ").split())


def test_assignment_is_checked():
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.device = "toaster"


def test_recent_files_are_unique_newest_first_and_bounded(tmp_path):
    settings = Settings()
    for i in range(RECENT + 3):
        settings.note_file(tmp_path / f"{i}.obj")
    settings.note_file(tmp_path / "5.obj")
    assert [Path(name).stem for name in settings.recent[:2]] == ["5", str(RECENT + 2)]
    assert len(settings.recent) == len(set(settings.recent)) == RECENT


def test_a_disk_that_refuses_is_reported_not_raised(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = Settings.load(tmp_path / "file" / "settings.toml")
    assert not settings.save()
    assert settings.problem


def test_nothing_is_left_behind_when_writing(tmp_path):
    settings = Settings.load(tmp_path / "settings.toml")
    settings.save()
    assert [p.name for p in tmp_path.iterdir()] == ["settings.toml"]


def test_reset():
    settings = Settings(theme="dark", threads=2, recent=("/x",))
    settings.reset()
    assert settings.model_dump() == Settings().model_dump()
