"""Every text has its Chinese, with the same fields, and the compiled file is what the source file says."""

import importlib.util
import re
import string
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

import studio
from engine.errors import FileError
from engine.sentences import Sentence
from studio.i18n import category_text, engine_text, error_text, tr
from studio.language import FOLDER, install_language, resolve_language

MEND = "run `make translations`, and write what lacks into shape_studio_zh_CN.ts"


@pytest.fixture(scope="module")
def extract():
    path = Path(studio.__file__).parent / "translations" / "extract.py"
    spec = importlib.util.spec_from_file_location("extract", path)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["extract"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["extract"]


@pytest.fixture(scope="module")
def collected(extract):
    return extract.collect()


@pytest.fixture(scope="module")
def chinese(extract):
    return extract.read_ts(extract.ts_file("zh_CN"))


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_text_can_be_translated(collected):
    assert not collected.problems
    assert len(collected.texts["Studio"]) > 100
    assert len(collected.texts["Engine"]) > 50


def test_every_text_is_translated(collected, chinese):
    missing = [
        f"{c}: {text}" for c, texts in collected.texts.items() for text in sorted(texts) if not chinese.get(c, {}).get(text)
    ]
    assert not missing, MEND


def test_nothing_is_translated_that_is_gone(collected, chinese):
    gone = [text for context, texts in chinese.items() for text in texts if text not in collected.texts[context]]
    assert not gone, MEND


def test_translations_keep_their_fields(chinese):
    wrong = [(text, said) for texts in chinese.values() for text, said in texts.items() if fields(text) != fields(said)]
    assert not wrong


def test_translations_keep_what_must_not_change(chinese):
    words = ("Chamfer", "EMD", "F-score", "DeepSDF", "GrabCut", "shape-engine", "PLY", "GLB", "OBJ", "CUDA")
    wrong = [
        (text, word)
        for texts in chinese.values()
        for text, said in texts.items()
        for word in words
        if re.search(rf"\b{word}\b", text) and word not in said
    ]
    assert not wrong
    menus = [text for text in chinese["Studio"] if text.startswith("&")]
    assert menus
    for text in menus:
        assert f"(&{text[1]})" in chinese["Studio"][text]  # the same access key


def test_the_compiled_file_says_what_the_source_says(chinese, qapp):
    translator = QTranslator()
    assert translator.load("shape_studio_zh_CN", str(FOLDER))
    stale = [
        text
        for context, texts in chinese.items()
        for text, said in texts.items()
        if translator.translate(context, text) != said
    ]
    assert not stale, MEND


@pytest.fixture
def in_chinese(qapp):
    assert install_language("zh_CN") == "zh_CN"
    yield
    install_language("en")


def test_the_language_switches_and_back(qapp, in_chinese):
    assert tr("Undo") == "撤销"
    assert tr("Open {name}", name="a {b}.png") == "打开 a {b}.png"
    assert category_text("lamp") == "灯具"
    assert category_text("vase") == "花瓶"
    assert category_text("teapot") == "teapot"
    install_language("en")
    assert tr("Undo") == "Undo"


def test_errors_and_sentences_of_the_engine_speak_too(in_chinese):
    error = FileError(
        "{name} cannot be read: {why}. Export it again, or choose another file.",
        name="椅子.stl",
        why=Sentence("it unpacks to more than {limit} GiB", limit=2),
    )
    assert error_text(error) == "无法读取 椅子.stl：解压后超过 2 GiB。请重新导出，或另选一个文件。"
    assert "it unpacks to more than 2 GiB" in str(error)
    assert engine_text(Sentence("{count} faces without area were left out.", count=3)) == "略去了 3 个没有面积的面。"
    assert engine_text("no translation for this") == "no translation for this"


def test_qt_itself_speaks_chinese(in_chinese):
    from PySide6.QtCore import QCoreApplication

    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_which_language_the_system_asks_for(monkeypatch):
    from PySide6.QtCore import QLocale

    for name, wanted in (("zh_CN", "zh_CN"), ("zh_TW", "zh_CN"), ("de_DE", "en"), ("C", "en")):
        monkeypatch.setattr(QLocale, "system", staticmethod(lambda name=name: QLocale(name)))
        assert resolve_language("system") == wanted
    assert resolve_language("en") == "en"
