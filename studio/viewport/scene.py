"""What the viewport shows, in VTK and free of Qt: two panes with one camera, a shape and its ground in each.

Works on any `vtkRenderWindow`: the one inside the widget, or an off-screen one for large screenshots. Nothing in here
renders by itself, apart from `snapshot`; whoever owns the window decides when to paint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (makes the OpenGL classes available)
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPolyData
from vtkmodules.vtkFiltersSources import vtkPlaneSource
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkCamera,
    vtkLight,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkTexture,
)

from engine.api import Mesh, Shape
from studio.colour_maps import FIRST_MAP, error_scale
from studio.theme import Theme, rgb
from studio.viewport.carry import points_of
from studio.viewport.flow import Flow, Grips, Marks
from studio.viewport.ground import SIZE, contact, disc_texture
from studio.viewport.orbit import FIELD, Orbit
from studio.viewport.overlay import FlowActors, GripActors, MarkActors
from studio.viewport.polydata import set_values, to_polydata

Side = Literal["a", "b"]
Display = Literal["solid", "points", "error", "matching"]
SIDES: tuple[Side, Side] = ("a", "b")
#: Diameter of the points of a cloud, pixels on an ordinary screen; vertices of a surface are drawn smaller.
POINT_SIZE = 6.5

#: Camera lights: position (camera at +z, target at the origin), colour, intensity. Key upper right front, fill, rim.
LIGHTS = (
    ((0.55, 0.75, 1.0), (1.0, 0.985, 0.96), 0.82),
    ((-1.2, 0.25, 0.7), (0.86, 0.92, 1.0), 0.34),
    ((-0.4, 0.9, -0.8), (1.0, 1.0, 1.0), 0.38),
)


@dataclass(slots=True)
class _Pane:
    """One side: its renderer, the shape's actor and the ground under it."""

    renderer: vtkRenderer
    mapper: vtkPolyDataMapper
    actor: vtkActor
    ground: vtkActor
    plane: vtkPlaneSource
    image: vtkImageData
    flow: FlowActors
    shape: Shape | None = None
    values: NDArray[np.float32] | None = None
    low: NDArray[np.float32] = field(default_factory=lambda: np.ones(3, np.float32))
    high: NDArray[np.float32] = field(default_factory=lambda: -np.ones(3, np.float32))


class Scene:
    """The two panes.

    Args:
        window: the render window to draw into.
        theme: colours.
    """

    def __init__(self, window: vtkRenderWindow, theme: Theme) -> None:
        self.window = window
        self.camera = vtkCamera()
        self.camera.SetViewAngle(FIELD)
        self.orbit = Orbit()
        self.display: Display = "solid"
        self.limits = (0.0, 1.0)
        self.theme = theme
        self.point_size = POINT_SIZE
        self._only: Side | None = "a"
        self.colour_map = ""
        self.flow: Flow | None = None
        self.time = 0.0
        self.marks: Marks | None = None
        self.grips: Grips | None = None
        self._table = vtkLookupTable()
        self._table.SetNumberOfTableValues(256)
        self.set_colour_map(FIRST_MAP)
        self._panes: dict[Side, _Pane] = {side: self._make_pane(side) for side in SIDES}
        self._on_top: dict[Side, MarkActors] = {}
        self._grip_actors: dict[Side, GripActors] = {}
        self.set_theme(theme)
        self.set_layout("a")
        self.look(self.orbit)

    # --- what is shown ---------------------------------------------------------------------------------------------

    def set_shape(self, side: Side, shape: Shape | None) -> None:
        """Show another shape (or none). The camera stays where it is; only its clipping range follows."""
        pane = self._panes[side]
        if shape is pane.shape:
            return
        pane.shape, pane.values = shape, None
        visible = shape is not None and not shape.is_empty
        pane.mapper.SetInputDataObject(to_polydata(shape) if shape is not None and visible else vtkPolyData())
        pane.ground.SetVisibility(False)
        if shape is not None and visible:
            self._lay_ground(pane, points_of(shape))
        self._style(side)
        self._clip()

    def shape(self, side: Side) -> Shape | None:
        """What a side shows."""
        return self._panes[side].shape

    def set_values(self, side: Side, values: NDArray[np.float32] | None, limits: tuple[float, float]) -> None:
        """Distances, one per vertex or point of the side's shape, for the display "error"; None removes them."""
        pane = self._panes[side]
        if pane.shape is None or (values is not None and len(values) != len(points_of(pane.shape))):
            values = None
        self.limits = limits
        pane.values = values
        set_values(pane.mapper.GetInput(), values)
        self._style(side)

    def set_colour_map(self, name: str) -> None:
        """Other colours for the error scale."""
        if name != self.colour_map:
            self.colour_map = name
            for i, (red, green, blue) in enumerate(error_scale(256, name) / 255):
                self._table.SetTableValue(i, float(red), float(green), float(blue), 1.0)
            self._table.Modified()

    def set_limits(self, limits: tuple[float, float]) -> None:
        """Other ends of the scale, for both sides."""
        self.limits = limits
        for pane in self._panes.values():
            pane.mapper.SetScalarRange(*limits)
            pane.flow.set_limits(limits)

    def set_flow(self, flow: Flow | None, time: float, limits: tuple[float, float]) -> None:
        """Show a matching (drawn in the display "matching"), with its points at fraction `time` of their way."""
        if flow is self.flow and limits == self.limits:
            if flow is not None and time != self.time:
                self._panes["a"].flow.move(flow, time)
            self.time = time
            return
        self.flow, self.time = flow, time
        self.set_limits(limits)
        for side in SIDES:
            self._style(side)

    def set_marks(self, marks: Marks | None) -> None:
        """Mark a point and its partner in both panes, over everything."""
        self.marks = marks
        if marks is None and not self._on_top:
            return
        for side in SIDES:
            self._above(side).show(marks, self.theme, self.point_size / POINT_SIZE)
        self.set_layout(self._only)

    def set_grips(self, grips: Grips | None) -> None:
        """Mark pins, and the point that is pulled."""
        self.grips = grips
        if grips is None and not self._grip_actors:
            return
        for side in SIDES:
            if side not in self._grip_actors:
                self._grip_actors[side] = GripActors(self._panes[side].renderer, self._above(side).renderer)
            self._grip_actors[side].show(grips, side, self.theme, self.point_size / POINT_SIZE)
        self.set_layout(self._only)

    def _above(self, side: Side) -> MarkActors:
        if side not in self._on_top:  # a layer costs, so there is none before somebody picks a point
            self._on_top[side] = MarkActors(self.window, self._panes[side].renderer)
        return self._on_top[side]

    def values(self, side: Side) -> NDArray[np.float32] | None:
        """The distances of a side, if any."""
        return self._panes[side].values

    def clear_background(self) -> None:
        """Draw the shapes alone, for pictures with a see-through background."""
        for pane in self._panes.values():
            pane.renderer.GradientBackgroundOff()
            pane.renderer.SetBackgroundAlpha(0.0)
            pane.renderer.RemoveActor(pane.ground)

    def set_display(self, display: Display) -> None:
        """Draw both shapes as surfaces, as points, or coloured by distance."""
        self.display = display
        for side in SIDES:
            self._style(side)

    def set_point_size(self, pixels: float) -> None:
        """Diameter of the points of a cloud."""
        self.point_size = pixels
        for side in SIDES:
            self._style(side)

    def set_theme(self, theme: Theme) -> None:
        """Colours of another theme."""
        self.theme = theme
        for side, pane in self._panes.items():
            pane.renderer.SetBackground(*rgb(theme.floor))
            pane.renderer.SetBackground2(*rgb(theme.sky))
            if pane.shape is not None and not pane.shape.is_empty:
                self._lay_ground(pane, points_of(pane.shape))
            self._style(side)
        if self.marks is not None:
            self.set_marks(self.marks)
        if self.grips is not None:
            self.set_grips(self.grips)

    def set_layout(self, only: Side | None) -> None:
        """Give the whole window to one side, or half to each (None)."""
        self._only = only
        for side, pane in self._panes.items():
            pane.renderer.SetDraw(only in (None, side))
            left = 0.5 if only is None and side == "b" else 0.0
            pane.renderer.SetViewport(left, 0.0, left + 0.5 if only is None else 1.0, 1.0)
            if side in self._on_top:
                marked = self.marks is not None or (self.grips is not None and self.grips.ends is not None)
                self._on_top[side].renderer.SetDraw(marked and only in (None, side))
                self._on_top[side].renderer.SetViewport(*pane.renderer.GetViewport())

    @contextmanager
    def only(self, sides: Collection[Side] | None) -> Iterator[tuple[int, int] | None]:
        """Draw only some of the sides, where that can be done; gives the columns of pixels that are then drawn (None: all).

        The window must have its size already.
        """
        drawn = [side for side in self.sides if sides is None or side in sides]
        if sides is None or len(drawn) != 1 or len(self.sides) == 1:
            yield None
            return
        (side,) = drawn
        others = [self._panes[other].renderer for other in self.sides if other != side]
        others += [self._on_top[other].renderer for other in self.sides if other != side and other in self._on_top]
        others = [renderer for renderer in others if renderer.GetDraw()]
        for renderer in others:
            renderer.SetDraw(False)
        try:
            pane = self._panes[side].renderer
            left = pane.GetOrigin()[0]
            yield left, left + pane.GetSize()[0]
        finally:
            for renderer in others:
                renderer.SetDraw(True)

    def span(self, side: Side) -> tuple[float, float]:
        """Left and right end of a side, as fractions of the window's width."""
        left, _, right, _ = self._panes[side].renderer.GetViewport()
        return left, right

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that are drawn."""
        return SIDES if self._only is None else (self._only,)

    # --- camera ----------------------------------------------------------------------------------------------------

    def look(self, orbit: Orbit) -> None:
        """Put the camera somewhere."""
        self.orbit = orbit
        self.camera.SetFocalPoint(*orbit.target)
        self.camera.SetPosition(*orbit.position())
        self.camera.SetViewUp(0.0, 1.0, 0.0)
        for pane in self._panes.values():
            # Seen from below, the disc would hide the shape.
            pane.ground.SetVisibility(pane.shape is not None and not pane.shape.is_empty and orbit.elevation > -1.0)
        self._clip()

    def frame(self, size: tuple[int, int]) -> None:
        """Look from the present angle so that what is drawn fills a window of `size` pixels as a product photograph does."""
        shapes = [s for side in self.sides if (s := self._panes[side].shape) is not None and not s.is_empty]
        if shapes and min(size) > 0:
            points = np.concatenate([(v := points_of(s))[:: max(1, len(v) // 4000)] for s in shapes])
            aspect = size[0] / len(self.sides) / size[1]
            self.look(self.orbit.framing(points, aspect))

    # --- inside ----------------------------------------------------------------------------------------------------

    def _make_pane(self, side: Side) -> _Pane:
        renderer = vtkRenderer()
        renderer.GradientBackgroundOn()
        renderer.SetActiveCamera(self.camera)
        renderer.SetAutomaticLightCreation(False)
        renderer.SetUseOIT(False)  # one see-through disc needs no sorting; a third of the frame without a GPU
        renderer.GetCullers().RemoveAllItems()  # two actors: asking for their bounds costs more than drawing them
        for position, colour, intensity in LIGHTS:
            light = vtkLight()
            light.SetLightTypeToCameraLight()
            light.SetPosition(*position)
            light.SetColor(*colour)
            light.SetIntensity(intensity)
            renderer.AddLight(light)
        mapper = vtkPolyDataMapper()
        mapper.SetInputDataObject(vtkPolyData())
        mapper.SetLookupTable(self._table)
        mapper.UseLookupTableScalarRangeOff()
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.SetVisibility(False)
        plane, image, ground = _make_ground()
        renderer.AddActor(ground)
        renderer.AddActor(actor)
        self.window.AddRenderer(renderer)
        flow = FlowActors(renderer, self._table, travels=side == "a")
        return _Pane(renderer, mapper, actor, ground, plane, image, flow)

    def _style(self, side: Side) -> None:
        pane = self._panes[side]
        surface = pane.actor.GetProperty()
        flowing = self.display == "matching" and self.flow is not None
        pane.actor.SetVisibility(pane.shape is not None and not pane.shape.is_empty and not flowing)
        pane.flow.set_pixels(self.point_size / POINT_SIZE)
        pane.flow.show(self.flow if flowing else None, self.time, self.limits, self.theme)
        coloured = self.display == "error" and pane.values is not None
        pane.mapper.SetScalarVisibility(coloured)
        pane.mapper.SetScalarRange(*self.limits)
        surface.SetColor(*rgb(self.theme.clay_a if side == "a" else self.theme.clay_b))
        surface.SetAmbient(0.36 if coloured else 0.20)
        surface.SetDiffuse(0.78 if coloured else 0.82)
        surface.SetSpecular(0.10)
        surface.SetSpecularPower(14.0)
        mesh = isinstance(pane.shape, Mesh)
        as_points = not mesh or self.display in ("points", "matching")
        surface.SetRepresentation(0 if as_points and mesh else 2)
        surface.SetRenderPointsAsSpheres(as_points)
        surface.SetPointSize(self.point_size * (0.5 if mesh else 1.0))
        smooth = pane.mapper.GetInput().GetPointData().GetNormals() is not None
        surface.SetInterpolation(2 if smooth or as_points else 0)
        surface.SetLighting(True)

    def _lay_ground(self, pane: _Pane, points: NDArray[np.float32]) -> None:
        low = np.array([column.min() for column in points.T])  # by columns: several times faster than along axis 0
        high = np.array([column.max() for column in points.T])
        x, z = float(low[0] + high[0]) / 2, float(low[2] + high[2]) / 2
        radius = 0.56 * float(np.hypot(high[0] - low[0], high[2] - low[2])) + 0.22
        middle, ground = np.array([x, low[1], z]), np.array([radius, 0.01, radius])
        pane.low, pane.high = np.minimum(low, middle - ground), np.maximum(high, middle + ground)
        floor = float(low[1]) - 0.004
        pane.plane.SetOrigin(x - radius, floor, z - radius)
        pane.plane.SetPoint1(x + radius, floor, z - radius)
        pane.plane.SetPoint2(x - radius, floor, z + radius)
        texels = disc_texture(contact(points, (x, z), radius, floor), self.theme)
        pane.image.GetPointData().SetScalars(numpy_to_vtk(texels, deep=True))
        pane.image.Modified()
        pane.ground.SetVisibility(self.orbit.elevation > -1.0)

    def _clip(self) -> None:
        drawn = [pane for pane in self._panes.values() if pane.shape is not None and not pane.shape.is_empty]
        if drawn:
            low = np.min([pane.low for pane in drawn], axis=0)
            high = np.max([pane.high for pane in drawn], axis=0)
            union = tuple(float(x) for pair in zip(low, high, strict=True) for x in pair)
            self._panes["a"].renderer.ResetCameraClippingRange(union)


def _make_ground() -> tuple[vtkPlaneSource, vtkImageData, vtkActor]:
    plane = vtkPlaneSource()
    image = vtkImageData()
    image.SetDimensions(SIZE, SIZE, 1)
    image.GetPointData().SetScalars(numpy_to_vtk(np.zeros((SIZE * SIZE, 4), np.uint8), deep=True))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.EdgeClampOn()
    texture.SetColorModeToDirectScalars()
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(plane.GetOutputPort())
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetTexture(texture)
    actor.ForceTranslucentOn()
    actor.SetVisibility(False)
    actor.PickableOff()
    look = actor.GetProperty()
    look.SetLighting(False)
    look.SetColor(1.0, 1.0, 1.0)
    return plane, image, actor
