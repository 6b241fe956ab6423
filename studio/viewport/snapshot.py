"""Pictures of a scene at any size, drawn off screen so that the window on screen does not flicker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkWindowToImageFilter

from studio.viewport.scene import SIDES, Scene


def snapshot(scene: Scene, size: tuple[int, int], transparent: bool = False, scale: float = 1.0) -> NDArray[np.uint8]:
    """(H, W, 3) picture of what `scene` shows, or (H, W, 4) with a see-through background.

    Args:
        scene: what to draw; it is not changed.
        size: width and height in pixels.
        transparent: leave out background and ground.
        scale: how many times larger than on screen this is; points grow with it.
    """
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0 if transparent else 8)
    window.SetAlphaBitPlanes(1)
    window.SetSize(max(1, size[0]), max(1, size[1]))
    copy = Scene(window, scene.theme)
    copy.point_size = scene.point_size * scale
    copy.set_layout(scene.sides[0] if len(scene.sides) == 1 else None)
    for side in SIDES:
        copy.set_shape(side, scene.shape(side))
        copy.set_values(side, scene.values(side), scene.limits)
    copy.set_colour_map(scene.colour_map)
    copy.set_display(scene.display)
    copy.set_flow(scene.flow, scene.time, scene.limits)
    copy.set_marks(scene.marks)
    copy.set_grips(scene.grips)
    copy.look(scene.orbit)
    if transparent:
        copy.clear_background()
    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    if transparent:
        grab.SetInputBufferTypeToRGBA()
    grab.Update()
    image = grab.GetOutput()
    width, height, _ = image.GetDimensions()
    flat = vtk_to_numpy(image.GetPointData().GetScalars())
    pixels = np.ascontiguousarray(flat.reshape(height, width, -1)[::-1])
    window.Finalize()
    return pixels
