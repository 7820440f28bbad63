"""The picture of the comparison: panels of bars as SVG, readable on light and on dark paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 720
_LEFT: Final = 300
_RIGHT: Final = 130
_ROW: Final = 34
_BAR: Final = 18
_HEAD: Final = 44
_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.peer { fill: #8c959f; } .ours { fill: #1a7f64; } .spread { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .peer { fill: #6e7681; } .ours { fill: #3fb68b; } .spread { stroke: #e6edf3; }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`text` stands behind the bar; `low` and `high` are drawn as a line over its end."""

    label: str
    value: float
    low: float
    high: float
    text: str
    ours: bool = False


def picture(panels: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """One panel under the other, each with a scale of its own."""
    parts = []
    top = 0
    for title, bars in panels:
        parts.append(_panel(title, bars, top=top))
        top += _HEAD + _ROW * len(bars)
    height = top + 16
    name = escape("; ".join(title for title, _ in panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img"><title>{name}</title><style>{_STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(title: str, bars: Sequence[Bar], *, top: int) -> str:
    largest = max((bar.high for bar in bars), default=0.0) or 1.0
    scale = (WIDTH - _LEFT - _RIGHT) / largest
    lines = [f'<text class="title" x="16" y="{top + 28}">{escape(title)}</text>']
    for row, bar in enumerate(bars):
        lines.append(_line(bar, scale, top=top + _HEAD + row * _ROW))
    return "\n".join(lines)


def _line(bar: Bar, scale: float, *, top: int) -> str:
    middle = top + _BAR / 2
    low, end, high = (_LEFT + value * scale for value in (bar.low, bar.value, bar.high))
    parts = [
        f'<text x="{_LEFT - 12}" y="{middle + 4.5}" text-anchor="end">{escape(bar.label)}</text>',
        f'<rect class="{"ours" if bar.ours else "peer"}" x="{_LEFT}" y="{top}" width="{max(end - _LEFT, 1):.1f}" '
        f'height="{_BAR}" rx="2"/>',
        f'<text x="{max(end, high) + 8:.1f}" y="{middle + 4.5}">{escape(bar.text)}</text>',
    ]
    if bar.high > bar.low:
        parts.append(f'<line class="spread" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>')
    return "".join(parts)
