"""What `gateway doctor` prints: a table for people, JSON for programs."""

import json
from typing import Final

from control_plane.core.doctor.findings import Level
from control_plane.core.doctor.texts import level, words
from control_plane.services.doctor.doctor import Checked, Report
from control_plane.services.doctor.form import as_json

MARKS: Final = {Level.OK: "ok", Level.WARN: "look", Level.FAIL: "FAIL"}
COLOURS: Final = {Level.OK: "32", Level.WARN: "33", Level.FAIL: "31"}
VERDICTS: Final = {
    "en": {
        Level.OK: "Everything is in order.",
        Level.WARN: "Calls go; somebody should look at the yellow lines.",
        Level.FAIL: "Something is wrong: see the red lines.",
    },
    "es": {
        Level.OK: "Todo está en orden.",
        Level.WARN: "Las llamadas funcionan; conviene mirar las líneas amarillas.",
        Level.FAIL: "Algo está mal: vea las líneas rojas.",
    },
}


def table(report: Report, *, language: str, colours: bool) -> str:
    """One line a check, and below it what to do where there is something to do."""
    width = max((len(line.check.name) for line in report.lines), default=0)
    rows = []
    group = ""
    for line in report.lines:
        if line.check.group != group:
            group = line.check.group
            rows.append(group)
        rows += _rows(line, width=width, language=language, colours=colours)
    verdict = VERDICTS["es" if language == "es" else "en"][report.level]
    return "\n".join((*rows, "", f"{verdict} ({report.took_s:.1f} s)"))


def _rows(line: Checked, *, width: int, language: str, colours: bool) -> list[str]:
    grade, said = level(line.finding), words(line.finding, language)
    mark = f"{MARKS[grade]:<4}"
    shown = f"\x1b[{COLOURS[grade]}m{mark}\x1b[0m" if colours else mark
    rows = [f"  {shown}  {line.check.name:<{width}}  {said.seen}"]
    return [*rows, f"        {'':<{width}}  → {said.remedy}"] if said.remedy else rows


def as_text(report: Report) -> str:
    """JSON, with the codes and both languages."""
    return json.dumps(as_json(report), ensure_ascii=False, indent=2)
