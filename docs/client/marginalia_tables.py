"""Tables for notebooks: plotly's, so that a notebook needs nothing besides."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go  # type: ignore[import-untyped]

LINE = 24


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float] | None = None) -> go.Figure:
    """A figure with one row for each of `rows`; `widths` are relative. Words of notes are shown as they are."""
    cells = [[escape(str(row[at]), quote=False) for row in rows] for at in range(len(columns))]
    header = {"values": [escape(name, quote=False) for name in columns], "align": "left"}
    figure = go.Figure(go.Table(header=header, cells={"values": cells, "align": "left"}, columnwidth=widths))
    margin = {"l": 0, "r": 0, "t": 8, "b": 8}
    return figure.update_layout(height=min(640, 64 + LINE * max(1, len(rows))), margin=margin)
