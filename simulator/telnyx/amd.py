"""Answering-machine detection: which events each mode sends about a person and about a machine."""

from dataclasses import dataclass
from typing import Final, Literal

Moment = Literal["verdict", "beep"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An event to send, at the verdict or when the beep is over."""

    moment: Moment
    event: str
    result: str


_DETECTION: Final = "call.machine.detection.ended"
_GREETING: Final = "call.machine.greeting.ended"
_PREMIUM_DETECTION: Final = "call.machine.premium.detection.ended"
_PREMIUM_GREETING: Final = "call.machine.premium.greeting.ended"

_MACHINE: Final = Finding("verdict", _DETECTION, "machine")
_BEEP: Final = Finding("beep", _GREETING, "beep_detected")

FINDINGS: Final[dict[tuple[str, bool], tuple[Finding, ...]]] = {
    ("detect", False): (Finding("verdict", _DETECTION, "human"),),
    ("detect", True): (_MACHINE,),
    ("detect_beep", False): (Finding("verdict", _DETECTION, "human"),),
    ("detect_beep", True): (_MACHINE, _BEEP),
    ("detect_words", False): (Finding("verdict", _DETECTION, "human"),),
    ("detect_words", True): (_MACHINE, _BEEP),
    ("greeting_end", False): (Finding("verdict", _DETECTION, "human"),),
    ("greeting_end", True): (_MACHINE, Finding("beep", _GREETING, "ended")),
    ("premium", False): (Finding("verdict", _PREMIUM_DETECTION, "human_residence"),),
    ("premium", True): (
        Finding("verdict", _PREMIUM_DETECTION, "machine"),
        Finding("beep", _PREMIUM_GREETING, "beep_detected"),
    ),
}
"""(mode, whether a machine answered) → events. `disabled` has none."""


def findings(mode: str, moment: Moment, *, machine: bool) -> list[Finding]:
    return [finding for finding in FINDINGS.get((mode, machine), ()) if finding.moment == moment]
