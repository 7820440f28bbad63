"""A call as lines of plain text, each printed once."""

from simulator.demo.scene import Line, Scene
from simulator.demo.view import caption, name_of


class PlainText:
    """Remembers which part of a scene was told."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._phases = 0
        self._told: list[Line] = []

    def fresh(self) -> list[str]:
        """States reached, and lines that will not change any more."""
        return self._steps() + self._sayings(certain=True)

    def rest(self) -> list[str]:
        """Everything that was not told yet."""
        return self._steps() + self._sayings(certain=False)

    def _steps(self) -> list[str]:
        reached = list(self._scene.reached.items())[self._phases :]
        self._phases += len(reached)
        return [f"{at - self._scene.began_at:6.1f} s  {phase}" for phase, at in reached]

    def _sayings(self, *, certain: bool) -> list[str]:
        told: list[str] = []
        for place, line in enumerate(self._scene.lines):
            if any(line is known for known in self._told):
                continue
            if certain and not _certain(line, self._scene.lines[place + 1 :]):
                break
            self._told.append(line)
            told += saying(line, self._scene)
        return told


def _certain(line: Line, following: list[Line]) -> bool:
    """A reply is once it is over. A caller may go on until something counts that came after."""
    if line.speaker == "agent":
        return not line.open
    return not line.open and any(one.index is not None for one in following)


def saying(line: Line, scene: Scene) -> list[str]:
    """`12.3 s  María: …`, and under it where the time went."""
    who = name_of(line, scene)
    text = line.text[: line.heard].rstrip()
    if line.interrupted:
        text += f" ✂ [unheard: {line.text[line.heard :].strip()}]"
    lines = [f"{line.began_at - scene.began_at:6.1f} s  {who}: {text}"]
    if line.parts():
        lines.append(f"{'':10}{caption(line).plain}")
    return lines
