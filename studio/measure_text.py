"""Measurements in words: values with the right figures, conventions in short, bounds that never promise too much."""

from __future__ import annotations

import math

from engine.api import Frame, Measurement, MetricInfo
from studio.i18n import engine_text, tr
from studio.session import Session

#: Names for the panel, where the engine's own are too long; the rest keep theirs.
NAMES = {"onet_l1": "Chamfer"}
#: Conventions in few words; the engine's own sentence is the tool tip.
SHORT = {
    "onet_l1": "L1", "onet_l2": "squared, halved", "deepsdf_sphere": "squared", "emd": "best matching", "f_score": "at 1 %",
    "hausdorff": "largest distance", "hausdorff_95": "95 % quantile", "normal_consistency": "mean |cos|",
}  # fmt: skip

#: A proven gap below this is that of rounding: the value is the optimum.
ROUNDING = 1e-9


def name_of(metric: str, label: str) -> str:
    """What a measure is called in the panel and the table."""
    return tr(NAMES[metric]) if metric in NAMES else engine_text(label)


def info_name(info: MetricInfo) -> str:
    """The same for a measure that has not been taken yet."""
    return name_of(info.id, info.label)


def value_text(value: float, better: str = "lower") -> str:
    """A value with three figures for scores and at least four decimals for distances; "–" for what is no number."""
    if not math.isfinite(value):
        return "–"
    if better == "higher" or value == 0:
        return f"{value:.3f}" if better == "higher" else "0.0000"
    digits = max(4, 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.1e}"


def percent_text(share: float) -> str:
    """A proven bound in percent, rounded up: what is printed may be too careful but never too bold."""
    percent = 100 * share
    if percent <= 0:
        return "0"
    digits = 1 if percent >= 0.1 else min(6, 1 - math.floor(math.log10(percent)))
    step = 10.0**-digits
    return f"{math.ceil(percent / step - 1e-9) * step:.{digits}f}"


def bounded(measurement: Measurement) -> bool:
    """True if the value is a certified approximation rather than the optimum."""
    return measurement.bound is not None and measurement.bound > ROUNDING


def align_text(session: Session) -> str:
    """What the chosen alignment does."""
    return engine_text(session.alignments.get(session.lab.align, session.lab.align))


def convention_text(convention: str) -> str:
    """The engine's words for how a number was made, with what it adds about alignment or failure."""
    words, aligned, rule = convention.partition("; aligned: ")
    words, failed, reason = words.partition("; not measured: ")
    parts = [engine_text(words)]
    if failed:
        parts.append(tr("not measured: {reason}", reason=engine_text(reason)))
    if aligned:
        parts.append(tr("aligned: {name}", name=engine_text(rule)))
    return "; ".join(parts)


def frame_text(frame: Frame) -> str:
    """A frame's name."""
    return {Frame.UNIT_CUBE: tr("unit cube"), Frame.UNIT_SPHERE: tr("unit sphere")}.get(frame, "")


def floor_text(measurement: Measurement) -> str:
    """How many times the sampling floor the value is, or the floor itself where higher is better; "" if not measured."""
    floor = measurement.floor
    if floor is None or not math.isfinite(floor):
        return ""
    if measurement.better == "lower" and floor > 0:
        return tr("{times}× floor", times=f"{measurement.value / floor:.1f}")
    return tr("floor {value}", value=value_text(floor, measurement.better))


def describe(measurement: Measurement) -> tuple[str, str, str]:
    """Value, one line of convention (or of the bound) with points, and floor of a measurement, as text."""
    points = f"{measurement.points:,}"
    if bounded(measurement):
        line = tr("≤ {percent} % above optimum · {points} pts", percent=percent_text(measurement.bound or 0), points=points)
    else:
        short = SHORT.get(measurement.metric)
        convention = tr(SHORT[measurement.metric]) if short else convention_text(measurement.convention)
        line = tr(
            "{convention} · {points} pts · {frame}", convention=convention, points=points, frame=frame_text(measurement.frame)
        )
        if not short:  # the engine's own words name the frame already
            line = tr("{points} pts · {convention}", convention=convention, points=points)
    return value_text(measurement.value, measurement.better), line, floor_text(measurement)


def sentence(measurement: Measurement) -> str:
    """Everything about a number, for tool tips and screen readers."""
    value = value_text(measurement.value, measurement.better)
    parts = [f"{engine_text(measurement.label)}: {value}"]
    if bounded(measurement):
        parts[0] = tr(
            "{label}: {value} (at most {percent} % above optimum)",
            label=engine_text(measurement.label),
            value=value,
            percent=percent_text(measurement.bound or 0),
        )
    parts.append(convention_text(measurement.convention))
    parts.append(tr("{points} points per side", points=f"{measurement.points:,}"))
    if measurement.floor is not None and math.isfinite(measurement.floor):
        floor = value_text(measurement.floor, measurement.better)
        parts.append(tr("two samplings of the reference give {value}", value=floor))
    if measurement.approximate:
        parts.append(tr("fewer points than the convention asks for"))
    return "\n".join(parts)
