"""Sorting numbers, with what is no number at the end."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from studio.widgets.number_table import Cell, NumberTable

HEAD = [("Shape", ""), ("Chamfer", "1/2 (mean a + mean b)")]


@pytest.fixture
def table(qtbot, themed):
    made = NumberTable("numbers")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    values = {1: ("walnut", 0.2), 2: ("Oak", 0.03), 3: ("beech", math.nan), 4: ("elm", 0.1)}
    made.show_rows(HEAD, [(k, [Cell(n, "", n), Cell(f"{v:.4f}", "1.3× floor", v)]) for k, (n, v) in values.items()])
    return made


def test_as_given_until_sorted(table) -> None:
    assert table.order() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("column", "order", "keys"),
    [
        (1, Qt.SortOrder.AscendingOrder, [2, 4, 1, 3]),
        (1, Qt.SortOrder.DescendingOrder, [1, 4, 2, 3]),
        (0, Qt.SortOrder.AscendingOrder, [3, 4, 2, 1]),
        (0, Qt.SortOrder.DescendingOrder, [1, 2, 4, 3]),
    ],
)
def test_sorted_by_size_or_letter(table, column, order, keys) -> None:
    table.sortByColumn(column, order)
    assert table.order() == keys


def test_new_numbers_keep_order_and_selection(table) -> None:
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    table.selectRow(0)
    assert table.current_key() == 2
    table.show_rows(HEAD, [(k, [Cell(str(k), "", str(k)), Cell("", "", v)]) for k, v in {1: 0.01, 2: 0.5, 4: 0.2}.items()])
    assert table.order() == [1, 4, 2]
    assert table.current_key() == 2


def test_columns_explain_themselves(table) -> None:
    model = table.model()
    tip = model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip == "1/2 (mean a + mean b)"
    assert model.index(0, 1).data() == "0.2000 1.3× floor", "screen readers hear value and floor"
