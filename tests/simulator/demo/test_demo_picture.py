"""The picture for the README."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from simulator.demo import picture, view
from tests.simulator.demo.recorded import EVENTS, scene


def test_the_picture_is_an_svg_that_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "images" / "demo.svg"
    picture.draw(path, view.render(scene(*EVENTS), 130.0))
    svg = path.read_text(encoding="utf-8")
    assert "Buenos" in "".join(ElementTree.fromstring(svg).itertext())
    assert "@font-face" not in svg
    assert "url(http" not in svg.replace('"', "")
