"""What people read about an alert, in Spanish and in English."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from control_plane.core.alert.rule import Severity
from control_plane.ports.alerts import AlertRecord, Notice

MARKS: Final = {Severity.INFO: "INFO", Severity.WARNING: "AVISO", Severity.CRITICAL: "CRÍTICO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Writes notices: short, the same news in both languages, times in the installation's zone."""

    zone: str
    link: str
    """Where to look: the dashboard."""

    def raised(self, alert: AlertRecord, *, value: float) -> Notice:
        facts = f"{number(value)} ({alert.comparison} {number(alert.threshold)})"
        since = self._clock(alert.raised_at)
        lines = (f"Valor {facts}, desde {since}.", f"Value {facts}, since {since}.", self.link)
        return self._notice(alert, mark=MARKS[alert.severity], lines=lines)

    def resolved(self, alert: AlertRecord, *, value: float, at: float) -> Notice:
        lasted = duration(at - alert.raised_at)
        facts = f"{number(value)} ({alert.comparison} {number(alert.threshold)})"
        lines = (f"Resuelto tras {lasted}: valor {facts}.", f"Resolved after {lasted}: value {facts}.", self.link)
        return self._notice(alert, mark="OK", lines=lines, resolved=True)

    def gone(self, alert: AlertRecord, *, at: float) -> Notice:
        lasted = duration(at - alert.raised_at)
        lines = (
            f"Cerrada tras {lasted}: su proceso ya no existe. Nadie sabe si la falla sigue.",
            f"Closed after {lasted}: its process is gone. Nobody knows whether the fault goes on.",
            self.link,
        )
        return self._notice(alert, mark="CERRADA", lines=lines, resolved=True)

    def test(self) -> Notice:
        body = f"Mensaje de prueba: las alertas llegan.\nTest message: alerts arrive.\n{self.link}"
        return Notice(title="[TEST] Centralita", body=body, severity=Severity.INFO)

    def _notice(self, alert: AlertRecord, *, mark: str, lines: tuple[str, ...], resolved: bool = False) -> Notice:
        which = ", ".join(alert.labels[name] for name in sorted(alert.labels))
        name = f"{alert.rule_name} ({which})" if which else alert.rule_name
        title = f"[{mark}] {name} · {alert.node}"
        return Notice(title=title, body="\n".join(lines), severity=alert.severity, resolved=resolved)

    def _clock(self, at: float) -> str:
        return f"{datetime.fromtimestamp(at, ZoneInfo(self.zone)):%Y-%m-%d %H:%M:%S} {self.zone}"


def number(value: float) -> str:
    """Short, and without an exponent for the sizes that figures have."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
