"""When the soak calls a picture stale."""

from PySide6.QtGui import QColor, QImage

from studio.soak import _alike


def picture(changed: int, width: int = 300) -> QImage:
    """A grey picture, so many of its pixels a little lighter."""
    made = QImage(width, 200, QImage.Format.Format_RGB32)
    made.fill(QColor(90, 90, 90))
    for number in range(changed):
        made.setPixelColor(number % width, number // width, QColor(90, 91, 90))
    return made


def test_a_few_rounded_pixels_are_the_same_picture_and_more_are_another():
    assert _alike(picture(0), picture(0))
    assert _alike(picture(0), picture(6))  # of 60,000
    assert not _alike(picture(0), picture(7))
    assert not _alike(picture(0), picture(0, width=299))
