"""How one call looks in a terminal: a scene in, something to draw out."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from simulator.demo.scene import PHASES, Line, Scene

COLOURS: Final = {
    "stt": "slate_blue1",
    "decision": "grey46",
    "brain": "orange1",
    "voice": "spring_green3",
    "gateway": "red1",
    "carrier": "grey58",
}
SPEAKERS: Final = {"caller": "dodger_blue1", "agent": "spring_green3"}
_INDENT: Final = 10
_SLOWEST_MS: Final = 1000.0
"""A reply that takes this long, or the slowest so far, has a bar of full width."""


class Tail:
    """The last lines of something that is too long for the screen."""

    def __init__(self, content: RenderableType, reserve: int = 1) -> None:
        self._content = content
        self._reserve = reserve

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._content, options.update(height=None), pad=False)
        for line in lines[-max(1, options.max_height - self._reserve) :]:
            yield from line
            yield Segment.line()


class Quoted:
    """Something with a coloured line along its left side."""

    def __init__(self, content: RenderableType, colour: str) -> None:
        self._content = content
        self._style = Style.parse(colour)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update(width=max(1, options.max_width - 2), height=None)
        for line in console.render_lines(self._content, inner, pad=False):
            yield Segment("▌ ", self._style)
            yield from line
            yield Segment.line()


class Waterfall:
    """Where the time of a turn went, as a bar; without colours each part is drawn with its first letter."""

    def __init__(self, parts: dict[str, float], longest: float) -> None:
        self._parts = parts
        self._longest = longest

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        plain = console.no_color or console.color_system is None
        for part, cells in self.cells(options.max_width).items():
            if plain:
                yield Segment(part[0] * cells)
            else:
                yield Segment("━" * cells, Style.parse(COLOURS[part]))
        yield Segment.line()

    def cells(self, width: int) -> dict[str, int]:
        """How many columns each part gets: proportional, but whatever took time is seen."""
        scale = width / self._longest
        cells = {part: max(1, int(spent * scale)) if spent >= 1 else 0 for part, spent in self._parts.items()}
        widest = max(cells, key=cells.__getitem__)
        cells[widest] -= max(0, sum(cells.values()) - width)
        return cells


def render(scene: Scene, now: float) -> RenderableType:
    """The whole call."""
    return Group(header(scene, now), conversation(scene))


def header(scene: Scene, now: float) -> RenderableType:
    """The states as a line of steps, and the clock."""
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right", no_wrap=True)
    end = scene.ended_at if scene.ended_at is not None else now
    clock = Text(f"{scene.mode or 'stream'} · {max(0.0, end - scene.began_at):5.1f} s", style="dim")
    grid.add_row(steps(scene), clock)
    return Group(grid, Rule(style="dim"))


def steps(scene: Scene) -> Text:
    """`dialing · ringing · …`: what is behind us in green, where we are in reverse, what is to come dimmed."""
    here = PHASES.index(scene.phase) if scene.phase in PHASES else -1
    text = Text()
    for place, phase in enumerate(PHASES):
        if place:
            text.append(" · ", style="dim")
        if place == here:
            text.append(f" {phase} ", style="bold reverse green" if phase != "ended" else "bold reverse")
        else:
            text.append(phase, style="green" if place < here else "dim")
    return text


def conversation(scene: Scene) -> RenderableType:
    """The caller on the left, the bot on the right, under each reply where its time went."""
    longest = max((sum(line.parts().values()) for line in scene.lines), default=0.0)
    scale = max(longest, _SLOWEST_MS)
    parts: list[RenderableType] = []
    speaker = ""
    for line in scene.lines:
        goes_on = line.speaker == speaker and not line.aside
        parts += [] if goes_on or not parts else [Text()]
        parts.append(_block(line, "" if goes_on else name_of(line, scene), longest=scale))
        speaker = line.speaker
    return Group(*parts, Text())


def name_of(line: Line, scene: Scene) -> str:
    return scene.caller if line.speaker == "caller" else "María"


def _block(line: Line, name: str, *, longest: float) -> RenderableType:
    colour = SPEAKERS[line.speaker]
    who = Text(name, style=f"bold {colour}")
    if line.interrupted:
        who.append("  ✂ interrupted", style="bold red")
    if line.aside:
        who.append("  … aside, the bot went on", style="dim")
    content = Quoted(Group(*([who] if who else []), words(line), *_latency(line, longest)), colour)
    left, right = (0, _INDENT) if line.speaker == "caller" else (_INDENT, 0)
    return Padding(content, (0, right, 0, left))


def words(line: Line) -> Text:
    """What was said; not yet heard is dimmed, never heard is struck through."""
    heard, rest = line.text[: line.heard], line.text[line.heard :]
    text = Text(heard, style="italic" if line.speaker == "caller" and line.open else "")
    if rest:
        text.append(rest, style="strike dim red" if line.interrupted else "dim")
    return text


def _latency(line: Line, longest: float) -> Iterable[RenderableType]:
    parts = line.parts()
    if not parts:
        return
    yield Waterfall(parts, longest)
    yield caption(line)


def caption(line: Line) -> Text:
    """`stt 451 · brain 409 · voice 187 · gateway 21 · carrier 12 = 1080 ms`: the sum is what the ear measures."""
    parts = line.parts()
    text = Text()
    for part, spent in parts.items():
        text.append(" · " if text else "", style="dim")
        text.append(f"{part} {spent:.0f}", style=COLOURS[part])
    text.append(f" = {sum(parts.values()):.0f} ms", style="bold")
    if line.ear_ms is not None and not line.on_wires:
        text.append(f", at the ear {line.ear_ms:.0f}", style="dim")
    return text
