"""What is drawn beside the shapes: a matching as lines and travelling points, a picked point with its partner, a pull."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkLookupTable, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

from studio.theme import Theme, rgb
from studio.viewport.flow import Flow, Grips, Marks

#: Pixels on an ordinary screen.
DOT, MARK, PARTNER, LINE, PIN = 6.0, 10.0, 8.0, 1.0, 12.0


def _actor(table: vtkLookupTable | None) -> tuple[vtkActor, vtkPolyData]:
    data, mapper, actor = vtkPolyData(), vtkPolyDataMapper(), vtkActor()
    mapper.SetInputDataObject(data)
    mapper.SetScalarVisibility(table is not None)
    if table is not None:
        mapper.SetLookupTable(table)
        mapper.UseLookupTableScalarRangeOff()
    actor.SetMapper(mapper)
    actor.GetProperty().SetLighting(False)
    actor.SetVisibility(False)
    return actor, data


def _fill(data: vtkPolyData, points: NDArray[np.float32], cells: NDArray[np.int64], values: NDArray[np.float32] | None) -> None:
    """Put points (N, 3) with cells of 1 or 2 points each (M, 1 or 2) and a number per point into `data`."""
    held = vtkPoints()
    held.SetData(numpy_to_vtk(np.ascontiguousarray(points, np.float32), deep=True))
    array = vtkCellArray()
    array.SetData(cells.shape[1], numpy_to_vtk(np.ascontiguousarray(cells.reshape(-1), np.int32), deep=True))
    data.Initialize()
    data.SetPoints(held)
    if cells.shape[1] == 1:
        data.SetVerts(array)
    else:
        data.SetLines(array)
    if values is not None:
        scalars = numpy_to_vtk(np.ascontiguousarray(values, np.float32), deep=True)
        scalars.SetName("Distance")
        data.GetPointData().SetScalars(scalars)


class FlowActors:
    """The lines of a matching, coloured by their length, and its points, in one pane.

    The points wear the clay of the side they are on, and change it on their way: the dark end of the error colours would hide
    those that have arrived.

    Args:
        renderer: the pane's.
        table: the colours of the error scale.
        travels: True where the points move, False where they wait at their goals.
    """

    def __init__(self, renderer: vtkRenderer, table: vtkLookupTable, travels: bool) -> None:
        self._travels = travels
        self._clays = np.ones((2, 3))
        self._dots, self._dot_data = _actor(None)
        self._lines, self._line_data = _actor(table)
        self._dots.GetProperty().SetRenderPointsAsSpheres(True)
        self._dots.GetProperty().SetLighting(True)
        self._dots.GetProperty().SetAmbient(0.45)
        self._dots.GetProperty().SetDiffuse(0.65)
        self._lines.GetProperty().SetOpacity(0.5)
        renderer.AddActor(self._dots)
        renderer.AddActor(self._lines)

    def show(self, flow: Flow | None, t: float, limits: tuple[float, float], theme: Theme) -> None:
        """Show a matching, or none."""
        for actor in (self._dots, self._lines):
            actor.SetVisibility(flow is not None)
        self.set_limits(limits)
        if flow is None:
            return
        self._clays = np.array([rgb(theme.clay_a), rgb(theme.clay_b)])
        self._dye(t)
        count, drawn = len(flow.start), len(flow.lines)
        _fill(self._dot_data, flow.at(t if self._travels else 1.0), np.arange(count)[:, None], None)
        ends = np.concatenate([flow.start[flow.lines], flow.end[flow.lines]])
        pairs = np.stack([np.arange(drawn), np.arange(drawn) + drawn], axis=1)
        _fill(self._line_data, ends, pairs, np.tile(flow.lengths[flow.lines], 2))

    def move(self, flow: Flow, t: float) -> None:
        """Put the points at fraction `t` of their way."""
        points = self._dot_data.GetPoints()
        if self._travels and points is not None and points.GetNumberOfPoints() == len(flow.start):
            vtk_to_numpy(points.GetData())[:] = flow.at(t)
            points.Modified()
            self._dye(t)

    def _dye(self, t: float) -> None:
        share = t if self._travels else 1.0
        self._dots.GetProperty().SetColor(*((1 - share) * self._clays[0] + share * self._clays[1]))

    def set_limits(self, limits: tuple[float, float]) -> None:
        """Other ends of the colour scale."""
        self._lines.GetMapper().SetScalarRange(*limits)

    def set_pixels(self, scale: float) -> None:
        """Size of points and lines, in pixels of an ordinary screen."""
        self._dots.GetProperty().SetPointSize(DOT * scale)
        self._lines.GetProperty().SetLineWidth(LINE * scale)


class GripActors:
    """Pins, hidden by what lies before them, and over everything the point that is pulled, with a line to the hand.

    Args:
        below: the pane's renderer.
        above: that of what lies over everything in the pane.
    """

    def __init__(self, below: vtkRenderer, above: vtkRenderer) -> None:
        self._pins, self._pin_data = _actor(None)
        self._ends = [_actor(None) for _ in range(2)]
        self._line, self._line_data = _actor(None)
        below.AddActor(self._pins)
        for actor in (self._line, self._ends[1][0], self._ends[0][0]):
            above.AddActor(actor)
        for actor in (self._pins, *(actor for actor, _ in self._ends)):
            actor.GetProperty().SetRenderPointsAsSpheres(True)
        self._pins.GetProperty().SetLighting(True)
        self._pins.GetProperty().SetAmbient(0.5)
        self._pins.GetProperty().SetDiffuse(0.6)

    def show(self, grips: Grips | None, side: str, theme: Theme, scale: float) -> None:
        """Show what there is of one side, or nothing."""
        pins = None if grips is None else grips.pins.get(side)
        self._pins.SetVisibility(pins is not None and len(pins) > 0)
        if pins is not None and len(pins):
            _fill(self._pin_data, pins, np.arange(len(pins))[:, None], None)
            self._pins.GetProperty().SetColor(*rgb(theme.error))
            self._pins.GetProperty().SetPointSize(PIN * scale)
        ends = grips.ends if grips is not None and grips.side == side else None
        for actor in (self._line, *(actor for actor, _ in self._ends)):
            actor.SetVisibility(ends is not None)
        if grips is None or ends is None:
            return
        colours = (theme.identity(side), theme.warning if grips.lost else theme.text)
        for (actor, data), point, colour, pixels in zip(self._ends, ends, colours, (MARK, PARTNER), strict=True):
            _fill(data, point[None], np.zeros((1, 1), np.int64), None)
            actor.GetProperty().SetColor(*rgb(colour))
            actor.GetProperty().SetPointSize(pixels * scale)
        _fill(self._line_data, ends, np.array([[0, 1]]), None)
        self._line.GetProperty().SetColor(*rgb(colours[1]))
        self._line.GetProperty().SetLineWidth(2 * scale)


class MarkActors:
    """A picked point, its partner and the line between them, drawn over everything in one pane."""

    def __init__(self, window: vtkRenderWindow, below: vtkRenderer) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetLayer(1)
        self.renderer.InteractiveOff()
        self.renderer.SetActiveCamera(below.GetActiveCamera())
        self.renderer.SetDraw(False)
        self._ends = [_actor(None) for _ in range(2)]
        self._line, self._line_data = _actor(None)
        for actor in (self._line, self._ends[1][0], self._ends[0][0]):
            self.renderer.AddActor(actor)
        for actor, _ in self._ends:
            actor.GetProperty().SetRenderPointsAsSpheres(True)
        window.SetNumberOfLayers(2)
        window.AddRenderer(self.renderer)

    def show(self, marks: Marks | None, theme: Theme, scale: float) -> bool:
        """Show marks, or none; True if there is something to draw."""
        for actor in (self._line, *(actor for actor, _ in self._ends)):
            actor.SetVisibility(marks is not None)
        if marks is None:
            return False
        for (actor, data), point, side, pixels in zip(self._ends, marks.points, marks.sides, (MARK, PARTNER), strict=True):
            _fill(data, point[None], np.zeros((1, 1), np.int64), None)
            actor.GetProperty().SetColor(*rgb(theme.identity(side)))
            actor.GetProperty().SetPointSize(pixels * scale)
        _fill(self._line_data, marks.points, np.array([[0, 1]]), None)
        self._line.GetProperty().SetColor(*rgb(theme.text))
        self._line.GetProperty().SetLineWidth(2 * scale)
        return True
