"""Figures of a report, drawn by matplotlib: inline SVG for the page, SVG and PDF files for papers."""

from __future__ import annotations

import io
import math
import re
import textwrap
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from stance import __version__
from stance.articles.libraries import need
from stance.batch.files import named
from stance.files import write_files

__all__ = ["Figure", "Series", "inline_svg", "letters_without_font", "save_figures"]

# blue, vermilion, green: told apart with any colour vision, and by their markers without colour
_COLOURS = ("#0b4f8a", "#c2410c", "#2f6b2f", "#5b3a8c")
_MARKERS = ("o", "s", "^", "D")
# without a whisker a filled mark would look the surest of all
_HOLLOW: Any = {"linestyle": "none", "markerfacecolor": "white"}
_WHISKERS: Any = {"elinewidth": 1.2, "capsize": 3}
# it comes with matplotlib: the same figure everywhere
_FONT = "DejaVu Sans"
# not printable in Python's eyes, but letters of their scripts may need them
_KEPT = ("Cf", "Co", "Zs")


class Series(NamedTuple):
    """Net stance on one target: a value and the half of its 95 % interval for every group; NaN where there is none.

    The interval is by Student's t, as `stance.results.rollup.half_intervals` has it.
    """

    name: str
    values: Sequence[float]
    halves: Sequence[float]


class Figure(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    name : str
        Of its file.
    title, summary : str
        For the heading, and for those who cannot see it.
    groups : sequence of str
        Months, outlets or actors; what cannot be drawn in a name is left out.
    series : sequence of Series
        One a target.
    over_time : bool
        Whether the groups are months, drawn from left to right and joined.
    note : str
        What stands below it in a file, which has no caption.
    """

    name: str
    title: str
    summary: str
    groups: Sequence[str]
    series: Sequence[Series]
    over_time: bool
    note: str = ""


def inline_svg(figure: Figure) -> str:
    """The figure as an ``<svg>`` element; the same figure always gives the same text.

    Parameters
    ----------
    figure : Figure
        What to draw.

    Raises
    ------
    MissingDependencyError
        Without matplotlib.
    """
    with _drawn(figure) as drawing:
        stream = io.StringIO()
        drawing.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true" focusable="false">', svg)
    # several figures share a page
    return re.sub(r"<[^>]*>", lambda tag: _own_ids(tag[0], figure.name), svg)


def _own_ids(tag: str, name: str) -> str:
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    tag = re.sub(r'(xlink:href|href)="#', f'href="#{name}-', tag)
    return tag.replace("url(#", f"url(#{name}-")


def _drawable(text: str) -> str:
    """A label without what XML does not hold, and on one line."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable() or unicodedata.category(c) in _KEPT)


def save_figures(figures: Sequence[Figure], folder: str | Path) -> list[Path]:
    """Write each figure as SVG and as PDF.

    Raises
    ------
    StanceError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    files = {}
    for figure in figures:
        with _drawn(figure) as drawing:
            if figure.note:
                drawing.set_figheight(drawing.get_figheight() + 0.6)
                drawing.supxlabel(textwrap.fill(_drawable(figure.note), 115), x=0.02, ha="left", fontsize=7.5)
            for suffix, date in (("svg", "Date"), ("pdf", "CreationDate")):
                stream = io.BytesIO()
                # by its creator a figure in a folder of articles is known to be none
                drawing.savefig(stream, format=suffix, metadata={date: None, "Creator": f"stance {__version__}"})
                files[folder / f"{figure.name}.{suffix}"] = stream.getvalue()
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_files(files)
    return list(files)


def letters_without_font(figure: Figure) -> str:
    """The letters of a figure's labels that its font lacks: a PDF has empty boxes in their place, an SVG keeps them.

    Raises
    ------
    MissingDependencyError
        Without matplotlib.
    """
    fonts = need("matplotlib.font_manager", "matplotlib", "report")
    known = fonts.get_font(fonts.findfont(_FONT)).get_charmap()
    labels = _drawable(" ".join([*figure.groups, *(series.name for series in figure.series), figure.note]))
    # of joiners and marks of direction nothing is seen
    return "".join(c for c in dict.fromkeys(labels) if ord(c) not in known and unicodedata.category(c) != "Cf")


# the settings of matplotlib belong to the whole process
_DRAWING = threading.Lock()


@contextmanager
def _drawn(figure: Figure) -> Iterator[Any]:
    mpl = need("matplotlib", "matplotlib", "report")
    from matplotlib.figure import Figure as Drawing

    series = [one._replace(name=_drawable(one.name)) for one in figure.series]
    figure = figure._replace(groups=[_drawable(group) for group in figure.groups], series=series)
    style: Any = {
        "svg.fonttype": "none",  # text stays text: it can be read, found and copied
        "svg.hashsalt": figure.name,
        "pdf.fonttype": 42,
        "font.family": _FONT,
        "font.size": 10,
        "text.parse_math": False,  # an outlet may be called $x$
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with _DRAWING, mpl.rc_context(style), warnings.catch_warnings():
        # a name in another script is set by the reader's fonts, not by ours
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        n = len(figure.groups)
        drawing = Drawing(figsize=(7.2, 3.2) if figure.over_time else (7.2, 1.1 + 0.42 * n), layout="constrained")
        axes = drawing.add_subplot()
        (_draw_time if figure.over_time else _draw_groups)(axes, figure)
        axes.legend(frameon=False, ncols=len(figure.series), loc="lower left", bbox_to_anchor=(0, 1))
        yield drawing


def _draw_time(axes: Any, figure: Figure) -> None:
    places = list(range(len(figure.groups)))
    axes.axhline(0, color="#8c8c8c", linewidth=0.8)
    for k, series in enumerate(figure.series):
        shifted = [place + 0.12 * (k - (len(figure.series) - 1) / 2) for place in places]
        sure, unsure = _by_interval(series)
        look = {"color": _COLOURS[k % 4], "marker": _MARKERS[k % 4]}
        axes.errorbar(shifted, sure, yerr=_whiskers(series), linewidth=1.5, label=series.name, **look, **_WHISKERS)
        axes.plot(shifted, unsure, **look, **_HOLLOW)
    # more than eight names of months would run into each other
    step = -(-len(places) // 8)
    axes.set_xticks(places[::step], figure.groups[::step])
    axes.set_ylim(-1.05, 1.05)
    axes.set_ylabel("net stance")


def _draw_groups(axes: Any, figure: Figure) -> None:
    places = list(range(len(figure.groups)))
    axes.axvline(0, color="#8c8c8c", linewidth=0.8)
    for k, series in enumerate(figure.series):
        shifted = [place + 0.2 * (k - (len(figure.series) - 1) / 2) for place in places]
        sure, unsure = _by_interval(series)
        look = {"color": _COLOURS[k % 4], "marker": _MARKERS[k % 4]}
        axes.errorbar(sure, shifted, xerr=_whiskers(series), linestyle="none", label=series.name, **look, **_WHISKERS)
        axes.plot(unsure, shifted, **look, **_HOLLOW)
    axes.set_yticks(places, list(figure.groups))
    axes.set_ylim(len(places) - 0.5, -0.5)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xlabel("net stance")


def _by_interval(series: Series) -> tuple[list[float], list[float]]:
    """The values that have an interval, and those that have none, each with gaps where the other has a value."""
    pairs = list(zip(series.values, series.halves, strict=True))
    return [v if h == h else math.nan for v, h in pairs], [v if h != h else math.nan for v, h in pairs]


def _whiskers(series: Series) -> list[list[float]]:
    """Halves of the intervals, cut at -1 and 1; NaN where there is none, since of a zero the caps would be drawn."""
    pairs = list(zip(series.values, series.halves, strict=True))
    return [[min(h, v + 1) if h == h else h for v, h in pairs], [min(h, 1 - v) if h == h else h for v, h in pairs]]
