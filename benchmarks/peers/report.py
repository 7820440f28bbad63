"""How the comparison is written: tables in Markdown, everything as JSON, and where both are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmarks.peers.climb import Verdict
from benchmarks.peers.figures import CAPACITY, CPU, METRICS, WHOLE, Figures, Limit, Spread, Step, figures, ratio
from benchmarks.peers.picture import Bar, picture
from benchmarks.peers.systems import System
from benchmarks.stack import ROOT
from benchmarks.tables import UNKNOWN, Row, markdown, number, trio

DOCUMENT: Final = ROOT / "docs" / "peers.md"
PICTURE: Final = ROOT / "docs" / "images" / "peers.svg"
BEGIN: Final = "<!-- measured: begin -->"
SHOWN: Final = "![Calls on one core, and processor per call](images/peers.svg)"
END: Final = "<!-- measured: end -->"
PANELS: Final = (
    ("Calls on one core", CAPACITY, 0),
    ("Calls on one core without holes in the speech", WHOLE, 0),
    ("Processor per call, % of a core", CPU, 2),
)
"""Of the picture: title, figure, digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of the comparison. The first system is the one that the others are compared with."""

    systems: Sequence[System]
    steps: Sequence[Step]
    limits: Sequence[Limit]
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    command: str
    complete: bool
    """Every system was climbed to its end in every repetition."""

    def figures(self) -> list[Figures]:
        return [figures(system.name, self.steps, limits=self.limits) for system in self.systems]


def written(report: Report) -> str:
    """The whole report in Markdown."""
    about = ", ".join(f"{name} {value}" for name, value in report.versions.items())
    parts = [
        f"`{report.command}` on {report.machine['processor']}, {report.machine['cores']} cores, "
        f"{report.machine['system']}, Python {report.machine['python']}; {about}.",
        "Middle value and, in brackets, the smallest and the largest of the repetitions.",
        markdown(figure_rows(report)),
        f"How many times better {report.systems[0].title} is (below 1: the peer is better), from the least to the most "
        "favourable pair of repetitions:",
        markdown(ratio_rows(report)),
        "Every step:",
        markdown(step_rows(report.steps)),
    ]
    if not report.complete:
        parts.insert(1, "**The run ended early: figures with ≥ are lower bounds.**")
    return "\n\n".join(parts) + "\n"


def figure_rows(report: Report) -> list[Row]:
    """A row for each figure, a column for each system."""
    known = report.figures()
    digits = {metric.name: metric.digits for metric in METRICS}
    rows: list[Row] = [("", *(system.title for system in report.systems))]
    for name in known[0]:
        rows.append((name, *(shown(one[name], digits.get(name, 0)) for one in known)))
    return rows


def ratio_rows(report: Report) -> list[Row]:
    ours, *others = report.figures()
    rows: list[Row] = [("", *(system.title for system in report.systems[1:]))]
    for name in ours:
        rows.append((name, *(shown(ratio(name, ours, theirs=theirs), 1) for theirs in others)))
    return rows


def step_rows(steps: Sequence[Step]) -> list[Row]:
    rows: list[Row] = [
        ("system", "run", "calls", "turn ms p50/95/99", "share ms p50/95/99", "clear ms p50/95/99", "gap max ms",
         "cpu %/call", "MB/call", "verdict"),
    ]  # fmt: skip
    for step in steps:
        verdict = f"{step.verdict}: {step.reason}" if step.reason else str(step.verdict)
        one = step.result
        measured = (
            (trio(one.latency_ms), trio(one.share_ms), trio(one.clear_ms), number(one.gap_max_ms, 0),
             number(one.cpu_percent, 2), number(one.mb_per_call, 2))
            if one is not None
            else (UNKNOWN,) * 6
        )  # fmt: skip
        rows.append((step.system, str(step.repeat + 1), str(step.calls), *measured, verdict))
    return rows


def shown(value: Spread | None, digits: int) -> str:
    """`12.3 (11.0–14.2)`; one number when they do not differ."""
    if value is None:
        return UNKNOWN
    low, middle, high = (number(one, digits) for one in (value.low, value.middle, value.high))
    text = middle if low == high else f"{middle} ({low}–{high})"
    return f"≥ {text}" if value.bound else text


def drawn(report: Report) -> str:
    """The picture, in SVG."""
    known = report.figures()
    panels = [
        (title, [_bar(system, one[name], digits=digits) for system, one in zip(report.systems, known, strict=True)])
        for title, name, digits in PANELS
    ]
    return picture(panels)


def _bar(system: System, value: Spread | None, *, digits: int) -> Bar:
    return Bar(
        label=system.title,
        value=value.middle if value else 0.0,
        low=value.low if value else 0.0,
        high=value.high if value else 0.0,
        text=shown(value, digits),
        ours=not system.form,
    )


def document(report: Report) -> str:
    """Everything, for programs."""
    return json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n"


def keep(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(document(report), encoding="utf-8")
    (folder / "report.md").write_text(written(report), encoding="utf-8")
    (folder / "peers.svg").write_text(drawn(report), encoding="utf-8")


def publish(report: Report) -> None:
    """Put figures and picture into the documentation."""
    DOCUMENT.write_text(
        inserted(DOCUMENT.read_text(encoding="utf-8"), f"{SHOWN}\n\n{written(report)}"), encoding="utf-8"
    )
    PICTURE.write_text(drawn(report), encoding="utf-8")


def inserted(text: str, measured: str) -> str:
    """`text` with what stands between its two marks replaced. Raises ValueError when it lacks them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n\n{measured}\n{END}{after}"


def line(step: Step) -> str:
    """What is said of a step while the command runs."""
    one = step.result
    figures_ = f"share p95 {number(one.share_ms['p95'])} ms, {number(one.cpu_percent, 2)} %/call, " if one else ""
    ending = f" ({step.reason})" if step.reason and step.verdict is not Verdict.HELD else ""
    return f"{step.system}, {step.calls} calls, run {step.repeat + 1}: {figures_}{step.verdict}{ending}"
