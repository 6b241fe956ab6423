"""Whether a window can be opened at all, found out before Qt tries: Qt ends the process where it fails."""

from __future__ import annotations

import ctypes
import os
import sys

#: Qt platforms that need no display server.
_SERVERLESS = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


def display_problem() -> str | None:
    """One English sentence that says why no window can be opened here, or None if one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "").startswith(_SERVERLESS):
        return None
    display = os.environ.get("DISPLAY")
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    if not display:
        return "There is no display here to open a window on; shape-engine does the same work on the command line."
    if not _x_answers():
        return f"The display {display} does not answer; shape-engine does the same work on the command line."
    return None


def _x_answers() -> bool:
    """Whether the X server named by DISPLAY takes us in (it may be gone, or refuse us)."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt will say which library is missing
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers
