"""A report as JSON: codes, and the words for them in both languages."""

from typing import Any

from control_plane.core.doctor.texts import LANGUAGES, level, words
from control_plane.services.doctor.doctor import Report


def as_json(report: Report) -> dict[str, Any]:
    """Of plain values only."""
    lines = []
    for line in report.lines:
        texts = {language: words(line.finding, language) for language in LANGUAGES}
        lines.append(
            {
                "name": line.check.name,
                "group": line.check.group,
                "level": str(level(line.finding)),
                "code": line.finding.code,
                "values": dict(line.finding.values),
                "seen": {language: said.seen for language, said in texts.items()},
                "remedy": {language: said.remedy for language, said in texts.items()},
                "took_s": round(line.took_s, 3),
            }
        )
    return {"at": report.at, "took_s": round(report.took_s, 2), "level": str(report.level), "checks": lines}
