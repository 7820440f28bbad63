"""For whom a run is performed: a person at a terminal, a log, or a program that reads JSON."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from simulator.demo import crowd_view, view
from simulator.demo.crowd import Crowd
from simulator.demo.plain import PlainText
from simulator.demo.report import Report
from simulator.demo.scene import Scene
from simulator.demo.summary import summary
from simulator.world import now

_FRAMES_PER_S: Final = 10
Told = Callable[[], None]


class Audience(Protocol):
    """`note` is a sentence on the way; the other two show something while their block runs."""

    def note(self, sentence: str) -> None: ...

    @contextmanager
    def call(self, scene: Scene) -> Iterator[Told]:
        """The value is to be called when the scene has changed."""
        ...

    @contextmanager
    def crowd(self, crowd: Crowd) -> Iterator[None]: ...

    def result(self, report: Report) -> None: ...


class Terminal:
    """A person: the picture moves, and its last state stays in the scrollback."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def note(self, sentence: str) -> None:
        self._console.print(Text(sentence, style="dim"))

    @contextmanager
    def call(self, scene: Scene) -> Iterator[Told]:
        with self._moving(lambda: view.Tail(view.render(scene, now()))):
            yield lambda: None
        self._console.print(view.render(scene, now()))

    @contextmanager
    def crowd(self, crowd: Crowd) -> Iterator[None]:
        with self._moving(lambda: crowd_view.render(crowd, now())):
            yield
        self._console.print(crowd_view.render(crowd, now()))

    def result(self, report: Report) -> None:
        self._console.print(summary(report), crop=False)

    def _moving(self, draw: Callable[[], RenderableType]) -> Live:
        return Live(
            console=self._console,
            get_renderable=draw,
            refresh_per_second=_FRAMES_PER_S,
            transient=True,
        )


class Log:
    """Lines that stay as they are printed: for pipes and files."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def note(self, sentence: str) -> None:
        self._print(sentence)

    @contextmanager
    def call(self, scene: Scene) -> Iterator[Told]:
        text = PlainText(scene)
        yield lambda: self._lines(text.fresh())
        self._lines(text.rest())

    @contextmanager
    def crowd(self, crowd: Crowd) -> Iterator[None]:
        self._print(f"{crowd.size} calls begin.")
        yield
        self._console.print(crowd_view.numbers(crowd))

    def result(self, report: Report) -> None:
        self._console.print(summary(report), crop=False)

    def _lines(self, lines: list[str]) -> None:
        for line in lines:
            self._print(line)

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class Nobody:
    """The result alone counts; whoever started this prints it."""

    def note(self, sentence: str) -> None:
        pass

    @contextmanager
    def call(self, scene: Scene) -> Iterator[Told]:
        yield lambda: None

    @contextmanager
    def crowd(self, crowd: Crowd) -> Iterator[None]:
        yield

    def result(self, report: Report) -> None:
        pass


def audience(console: Console, *, silent: bool) -> Audience:
    if silent:
        return Nobody()
    return Terminal(console) if console.is_terminal and not console.is_dumb_terminal else Log(console)
