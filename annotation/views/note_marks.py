"""A note's text with its entities marked, made on the server: each piece of text is escaped, nothing else is put in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotation.search.pieces import Piece, marked
from annotation.spans import Span

Names = Mapping[Span, str]


def html(text: str, spans: Collection[Span], colours: Mapping[str, int], extra: Names | None = None) -> SafeString:
    """The whole text; a label in words stands after each entity. `extra` gives a span a class of its own."""
    extra = extra or {}
    return format_html_join("", "{}", ((_piece(piece, colours, extra),) for piece in marked(text, spans)))


def _piece(piece: Piece, colours: Mapping[str, int], extra: Names) -> SafeString | str:
    if not piece.spans:
        return piece.text
    # An inner entity lies over the outer one's mark; each says its label where it ends.
    inner = piece.spans[-1]
    tags = format_html_join("", '<span class="mark-label">{}</span>', ((span.label,) for span in piece.closes[::-1]))
    return format_html(
        '<mark class="span label-{} {}">{}{}</mark>',
        colours.get(inner.label, 0) % 6,
        extra.get(inner, ""),
        piece.text,
        tags,
    )
