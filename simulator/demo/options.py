"""What the command line of the demo says."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, cast

from simulator.caller.script import BadScript, Interrupt, Say, Script, load_script

ROOT: Final = Path(__file__).resolve().parents[2]
Mode = Literal["stream", "webhook", "fallback"]
MODES: Final = ("stream", "webhook", "fallback")
SCRIPTS: Final = {"es": "appointment", "en": "appointment_en"}
MOST_CALLS: Final = 200
_HELP: Final = {
    "calls": "so many calls at once (default: 1, with the conversation on the screen)",
    "mode": "stream: audio over a media stream; webhook: the carrier speaks and transcribes; "
    "fallback: two media streams fail, and the call goes on in webhook mode",
    "language": "of the caller",
    "script": "what the caller does: a name of simulator/scripts (default: an appointment)",
    "fast": "providers that answer at once: shows what the gateway itself takes",
    "json": "one JSON document on standard output, nothing else",
    "direct": "without Nginx: the carrier speaks to the control plane itself, and there is no dashboard",
    "open": "open the dashboard in a browser, if there is one",
    "stay": "keep the gateway running after the end until Ctrl-C",
    "keep": "where recording, page and logs go (default: var/demo/<time>)",
    "port": "of Nginx, or with --direct of the control plane (default: 8080 if it is free, else any)",
    "picture": "also draw the last view into this SVG file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run of the demo."""

    folder: Path
    """Everything that stays of the run."""
    script: Script
    calls: int = 1
    mode: Mode = "stream"
    language: str = "es"
    fast: bool = False
    json: bool = False
    direct: bool = False
    open: bool = False
    stay: bool = False
    port: int = 0
    log_level: str = "INFO"
    picture: Path | None = None

    @property
    def turns(self) -> int:
        """How often the caller of the script says something that wants an answer."""
        return sum(isinstance(step, Say | Interrupt) for step in self.script.steps)


def parse(arguments: Sequence[str], now: datetime) -> Options:
    """Read the arguments; exits with a message when they make no sense."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not 1 <= given.calls <= MOST_CALLS:
        parser.error(f"--calls is 1 to {MOST_CALLS}")
    try:
        script = load_script(given.script or SCRIPTS[given.language])
    except BadScript as error:
        parser.error(f"--script {given.script}: {error}")
    return Options(
        folder=(given.keep or ROOT / "var" / "demo" / f"{now:%Y%m%d-%H%M%S}").absolute(),
        script=script,
        calls=given.calls,
        mode=cast(Mode, given.mode),
        language=given.language,
        fast=given.fast,
        json=given.json,
        direct=given.direct,
        open=given.open,
        stay=given.stay,
        port=given.port,
        log_level=given.log_level,
        picture=given.picture,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.demo",
        description="The gateway calls somebody in a simulated world: no keys, no internet.",
    )
    parser.add_argument("--calls", type=int, default=1, metavar="N", help=_HELP["calls"])
    parser.add_argument("--mode", choices=MODES, default="stream", help=_HELP["mode"])
    parser.add_argument("--language", choices=sorted(SCRIPTS), default="es", help=_HELP["language"])
    parser.add_argument("--script", metavar="NAME", help=_HELP["script"])
    parser.add_argument("--fast", action="store_true", help=_HELP["fast"])
    parser.add_argument("--json", action="store_true", help=_HELP["json"])
    parser.add_argument("--direct", action="store_true", help=_HELP["direct"])
    parser.add_argument("--open", action="store_true", help=_HELP["open"])
    parser.add_argument("--stay", action="store_true", help=_HELP["stay"])
    parser.add_argument("--keep", type=Path, metavar="DIR", help=_HELP["keep"])
    parser.add_argument("--port", type=int, default=0, help=_HELP["port"])
    parser.add_argument("--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    parser.add_argument("--picture", type=Path, metavar="FILE", help=_HELP["picture"])
    return parser
