"""A Dockerfile, read far enough to see what its image would run."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gates.house import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    stage: int
    name: str
    text: str


class Dockerfile:
    """Instructions by stage. The last stage is the image."""

    def __init__(self, path: Path) -> None:
        self.instructions = tuple(_instructions(path.read_text(encoding="utf-8")))
        self.last = self.instructions[-1].stage

    def of_image(self, name: str) -> list[str]:
        return [one.text for one in self.instructions if (one.stage, one.name) == (self.last, name)]

    @property
    def environment(self) -> dict[str, str]:
        pairs = (pair.partition("=") for text in self.of_image("ENV") for pair in shlex.split(text))
        return {name: value for name, _, value in pairs}

    @property
    def command(self) -> list[str]:
        return _list(self.of_image("CMD")[-1])

    @property
    def health_check(self) -> list[str]:
        return _list(self.of_image("HEALTHCHECK")[-1].partition("CMD ")[2])

    def copied(self) -> list[str]:
        """What comes from the repository."""
        texts = [one.text for one in self.instructions if one.name == "COPY" and "--from" not in one.text]
        return [source for text in texts for source in text.split()[:-1]]


def _instructions(text: str) -> Any:
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ").splitlines()
    stage = -1
    for line in filter(str.strip, lines):
        name, _, rest = line.strip().partition(" ")
        stage += name == "FROM"
        yield Instruction(stage=stage, name=name, text=" ".join(rest.split()))


def _list(text: str) -> list[str]:
    """The exec form. Raises ValueError for the shell form, in which signals do not arrive."""
    return list(json.loads(text))


FOLDER = ROOT / "docker"
