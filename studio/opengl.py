"""What kind of OpenGL this display offers."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

_GL_RENDERER = 0x1F01
_BY_PROCESSOR = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")


@cache
def renderer() -> str:
    """The name of what draws, e.g. "llvmpipe (LLVM 15.0.6, 256 bits)"; empty if there is no OpenGL. Needs an application."""
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return ""
    try:
        return str(context.functions().glGetString(_GL_RENDERER) or "")
    finally:
        context.doneCurrent()


def software_opengl() -> bool:
    """True where the processor draws (or nothing does, as far as Qt knows)."""
    name = renderer().lower()
    return not name or any(word in name for word in _BY_PROCESSOR)
