"""Where each node and line of the drawing lies: columns from left to right, boxes below one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitoring.lineage.nodes import Column, Node
from training.lineage import Key

WIDTH, HEIGHT = 146, 60
ACROSS, DOWN = 30, 8
TOP = 30
# So many characters of the drawing's type fit into a box.
TITLE, LINE = 19, 22


@dataclass(frozen=True, slots=True)
class Box:
    """A node and the corner of its box, with its words cut to the box; `full` are the words uncut."""

    node: Node
    x: int
    y: int

    @property
    def title(self) -> str:
        return cut(self.node.title, TITLE)

    @property
    def lines(self) -> list[tuple[int, str]]:
        """How far down each line of detail stands, and its words."""
        lines = [line for line in self.node.lines if line]
        return [(self.y + 36 + 15 * place, cut(line, LINE)) for place, line in enumerate(lines)]

    @property
    def full(self) -> str:
        return f"{self.node.title}: {self.node.detail}"

    @property
    def text_x(self) -> int:
        return self.x + 9

    @property
    def title_y(self) -> int:
        return self.y + 20


@dataclass(frozen=True, slots=True)
class Head:
    """A column's name, its boxes, and where the words below the last box stand."""

    column: Column
    x: int
    boxes: Sequence[Box]
    below: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    heads: Sequence[Head] = field(default_factory=list)
    lines: Sequence[str] = field(default_factory=list)
    box_width: int = WIDTH
    box_height: int = HEIGHT


def draw(columns: Sequence[Column], edges: Sequence[tuple[Key, Key]]) -> Drawing:
    """The drawing; lines are SVG paths from the right edge of one box to the left edge of another."""
    heads = [_head(column, place * (WIDTH + ACROSS)) for place, column in enumerate(columns)]
    boxes = {box.node.key: box for head in heads for box in head.boxes}
    lines = [_line(boxes[one], boxes[other]) for one, other in edges if one in boxes and other in boxes]
    width = len(columns) * (WIDTH + ACROSS) - ACROSS
    return Drawing(width + 2, max(head.below for head in heads) + 12, heads, lines)


def _head(column: Column, x: int) -> Head:
    boxes = [Box(node, x + 1, TOP + place * (HEIGHT + DOWN)) for place, node in enumerate(column.nodes)]
    return Head(column, x + 1, boxes, TOP + len(boxes) * (HEIGHT + DOWN) + 12)


def _line(one: Box, other: Box) -> str:
    x1, y1 = one.x + WIDTH, one.y + HEIGHT // 2
    x2, y2 = other.x, other.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


def cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip(' ,')}…"
