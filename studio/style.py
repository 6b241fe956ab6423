"""The theme in Qt's terms: palette, one style sheet, fonts and icons."""

from __future__ import annotations

from typing import Literal

import qtawesome
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.theme import DARK, LIGHT, THEMES, Theme

Role = Literal["body", "label", "title", "number", "heading"]

#: Size in pixels and weight of each kind of text.
ROLES: dict[Role, tuple[int, QFont.Weight]] = {
    "body": (13, QFont.Weight.Normal),
    "label": (12, QFont.Weight.Normal),
    "title": (13, QFont.Weight.DemiBold),
    "heading": (15, QFont.Weight.DemiBold),
    "number": (22, QFont.Weight.DemiBold),
}

_current: Theme = DARK


def theme() -> Theme:
    """The theme in use; painted widgets ask for it when they paint."""
    return _current


def resolve(name: str) -> Theme:
    """The theme called "dark" or "light"; "system" follows the desktop (dark if it does not say)."""
    if name in THEMES:
        return THEMES[name]
    hints = QApplication.styleHints()
    return LIGHT if hints is not None and hints.colorScheme() is Qt.ColorScheme.Light else DARK


def font(role: Role = "body", tabular: bool = False) -> QFont:
    """A font of the interface: Inter where installed, else the system's; Noto Sans CJK for Chinese.

    Args:
        role: what it is for.
        tabular: True for figures of equal width, so that live numbers do not dance.
    """
    families = QFontDatabase.families()
    chosen = [str(name) for name in ("Inter", "Inter Variable") if name in families][:1]
    chosen += [QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()]
    chosen += [str(name) for name in ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC") if name in families][:1]
    result = QFont(chosen)
    size, weight = ROLES[role]
    result.setPixelSize(size)
    result.setWeight(weight)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


def text_label(text: str = "", role: Role = "body", muted: bool = False, tabular: bool = False) -> QLabel:
    """A label in one of the interface's kinds of text; never rich text, so that file names cannot be markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(font(role, tabular))
    if muted:
        label.setProperty("muted", True)
    return label


def icon(name: str, role: Literal["text", "muted", "accent_text", "accent", "error"] = "text") -> QIcon:
    """A Phosphor icon, e.g. "cube", in a colour of the theme."""
    colours = _current
    made: QIcon = qtawesome.icon(f"ph.{name}", color=getattr(colours, role), color_disabled=colours.control)
    return made


ICON_SIZE = QSize(16, 16)


def palette(colours: Theme) -> QPalette:
    """The theme as a palette, for whatever the style sheet does not reach."""
    result = QPalette()
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    for which, colour in (
        (role.Window, colours.window),
        (role.Base, colours.panel),
        (role.AlternateBase, colours.raised),
        (role.Button, colours.raised),
        (role.ToolTipBase, colours.raised),
        (role.WindowText, colours.text),
        (role.Text, colours.text),
        (role.ButtonText, colours.text),
        (role.ToolTipText, colours.text),
        (role.BrightText, colours.error),
        (role.PlaceholderText, colours.muted),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.accent_text),
        (role.Link, colours.a),
        (role.Mid, colours.hairline),
        (role.Dark, colours.hairline),
        (role.Light, colours.raised),
        (role.Shadow, colours.window),
    ):
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(group.Disabled, which, QColor(colours.control))
    return result


def apply(application: QApplication, colours: Theme) -> None:
    """Dress the application: Fusion, palette, font, style sheet. Windows made afterwards get the right icons."""
    global _current
    _current = colours
    application.setStyle("Fusion")
    application.setPalette(palette(colours))
    application.setFont(font())
    application.setStyleSheet(style_sheet(colours))


def mark(widget: QWidget, **properties: object) -> None:
    """Set style properties and let the style sheet see them."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def style_sheet(t: Theme) -> str:
    """The one style sheet. Fonts are set in code, because style sheets lose figure features."""
    return f"""
QMainWindow, QDialog {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.window}; width: 12px; height: 12px; }}
QMainWindow::separator:hover {{ background: {t.raised}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.hairline}; padding: 4px 8px; }}

QMenuBar {{ background: {t.window}; color: {t.text}; padding: 4px 8px 0 8px; }}
QMenuBar::item {{ padding: 4px 10px; border-radius: 6px; background: transparent; color: {t.muted}; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {t.raised}; color: {t.text}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.hairline}; padding: 6px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.raised}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.control}; }}
QMenu::separator {{ height: 1px; background: {t.hairline}; margin: 6px 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::indicator {{ width: 12px; height: 12px; padding-left: 8px; }}

QFrame[card="title"] {{ background: {t.panel}; border: 1px solid {t.hairline}; border-bottom: none;
    border-top-left-radius: 10px; border-top-right-radius: 10px; }}
QFrame[card="body"] {{ background: {t.panel}; border: 1px solid {t.hairline}; border-top: none;
    border-bottom-left-radius: 10px; border-bottom-right-radius: 10px; }}
QFrame[card="float"] {{ background: {t.panel}; border: 1px solid {t.hairline}; border-radius: 8px; }}
QDockWidget {{ background: transparent; border: none; }}

QLabel {{ background: transparent; color: {t.text}; }}
QLabel[muted="true"] {{ color: {t.muted}; }}
QLabel[tone="good"] {{ color: {t.good}; }}
QLabel[tone="warning"] {{ color: {t.warning}; }}
QLabel[tone="error"] {{ color: {t.error}; }}

QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.hairline}; border-radius: 7px;
    padding: 0 12px; min-height: 26px; }}
QPushButton:hover {{ border-color: {t.control}; }}
QPushButton:pressed {{ background: {t.hairline}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled {{ color: {t.control}; background: {t.panel}; }}
QPushButton[accent="true"] {{ background: {t.accent}; color: {t.accent_text}; border-color: {t.accent}; }}
QPushButton[accent="true"]:hover {{ border-color: {t.text}; }}
QPushButton[accent="true"]:focus {{ border-color: {t.text}; }}
QPushButton[accent="true"]:disabled {{ background: {t.raised}; color: {t.control}; border-color: {t.hairline}; }}
QPushButton:checked {{ background: {t.hairline}; border-color: {t.control}; color: {t.text}; }}
QPushButton[link="true"] {{ background: transparent; border: none; padding: 0; min-height: 16px; color: {t.muted};
    text-align: left; }}
QPushButton[link="true"][tone="warning"] {{ color: {t.warning}; }}
QPushButton[link="true"]:hover, QPushButton[link="true"]:focus {{ color: {t.text}; }}
QPushButton[side="a"]:checked {{ background: {t.a}; color: {t.window if t.name == "dark" else t.panel}; border-color: {t.a}; }}
QPushButton[side="b"]:checked {{ background: {t.b}; color: {t.accent_text}; border-color: {t.b}; }}
QPushButton[side="a"], QPushButton[side="b"] {{ padding: 0; min-height: 22px; max-height: 22px; min-width: 22px;
    max-width: 22px; border-radius: 6px; color: {t.muted}; }}

QToolButton {{ background: transparent; color: {t.muted}; border: 1px solid transparent; border-radius: 6px; padding: 3px; }}
QToolButton:hover {{ background: {t.raised}; color: {t.text}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton:checked {{ background: {t.raised}; color: {t.text}; border-color: {t.hairline}; }}
QToolButton::menu-indicator {{ image: none; }}

QComboBox, QLineEdit {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.hairline};
    border-radius: 7px; min-height: 26px; padding: 0 8px; selection-background-color: {t.accent};
    selection-color: {t.accent_text}; }}
QComboBox:hover, QLineEdit:hover {{ border-color: {t.control}; }}
QComboBox:focus, QLineEdit:focus {{ border-color: {t.accent}; }}
QComboBox:disabled, QLineEdit:disabled {{ color: {t.control}; background: {t.panel}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QLineEdit {{ border: none; min-height: 20px; padding: 0; background: transparent; }}
QComboBox QAbstractItemView, QListView[popup="true"] {{ background: {t.panel}; color: {t.text};
    border: 1px solid {t.hairline}; padding: 4px; outline: none; selection-background-color: {t.raised};
    selection-color: {t.text}; }}
QLineEdit[bare="true"] {{ background: transparent; border: 1px solid transparent; min-height: 18px; padding: 0 4px; }}
QLineEdit[bare="true"]:hover {{ border-color: {t.hairline}; }}
QLineEdit[bare="true"]:focus {{ border-color: {t.accent}; background: {t.raised}; }}

QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QListWidget, QPlainTextEdit, QTextBrowser {{ background: transparent; color: {t.text}; border: none; outline: none; }}
QListWidget::item {{ border-radius: 6px; padding: 4px 6px; }}
QListWidget::item:hover {{ background: {t.raised}; }}
QListWidget::item:selected {{ background: {t.raised}; color: {t.text}; }}
QTableView {{ background: transparent; color: {t.text}; border: 1px solid {t.hairline}; border-radius: 8px; outline: none; }}
QHeaderView, QTableCornerButton::section {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {t.muted}; border: none; border-bottom: 1px solid {t.hairline};
    padding: 6px 14px 6px 12px; }}
QHeaderView::section:hover {{ color: {t.text}; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
QScrollBar::handle {{ background: {t.hairline}; border-radius: 4px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.control}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none; width: 0;
    height: 0; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.hairline}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.control}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: {t.text}; }}
QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
QProgressBar {{ background: {t.hairline}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
QCheckBox {{ color: {t.text}; spacing: 8px; }}
"""
