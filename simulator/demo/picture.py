"""Draws the last view of a run into an SVG file."""

import re
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console, RenderableType

WIDTH: Final = 92
_NOT_SHOWN: Final = re.compile(r"\s*@font-face \{[^}]*\}|\s*<!--.*?-->", re.S)
"""Fonts from elsewhere are not loaded inside of an `<img>`; the viewer's own monospaced font is taken."""


def draw(path: Path, *parts: RenderableType) -> None:
    """Overwrites the file."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    for part in parts:
        console.print(part)
    svg = console.export_svg(title="make demo", unique_id="demo")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_NOT_SHOWN.sub("", svg), encoding="utf-8")
