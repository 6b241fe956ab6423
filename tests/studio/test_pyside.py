"""A canary for the binding: PySide6 6.12.0 on Python 3.11 lost a reference to None with each void call and died."""

import sys

import pytest
from PySide6.QtWidgets import QLabel


@pytest.mark.parametrize("call", ["setText", "update"])
def test_void_calls_do_not_eat_references_to_none(qtbot, call):
    label = QLabel()
    qtbot.addWidget(label)
    arguments = ("text",) if call == "setText" else ()
    method = getattr(label, call)
    method(*arguments)
    before = sys.getrefcount(None)
    for _ in range(200):
        method(*arguments)
    assert abs(sys.getrefcount(None) - before) < 20  # from 3.12 on None is immortal, and the count never moves
