"""What a simulated caller does: a list of steps, loadable from JSON."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

SCRIPTS: Final = Path(__file__).parent.parent / "scripts"


class BadScript(ValueError):
    """The JSON is no script; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak once the bot has spoken since the last turn and is done; without `wait`, at once.

    `parts` instead of `text`: one turn with pauses in it, texts with the seconds of silence between them.
    """

    text: str = ""
    parts: tuple[str | float, ...] = ()
    wait: bool = True

    def __post_init__(self) -> None:
        rhythm = (*(str if place % 2 == 0 else (int, float) for place in range(len(self.parts))),)
        if bool(self.text) == bool(self.parts) or (self.parts and len(self.parts) % 2 == 0):
            raise BadScript("step say takes a text, or parts: texts with seconds between them")
        if not all(isinstance(part, kind) for part, kind in zip(self.parts, rhythm, strict=True)):
            raise BadScript("parts are texts with seconds between them")

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said, from pause to pause."""
        return tuple(str(part) for part in self.parts[::2]) or (self.text,)

    @property
    def pauses_s(self) -> tuple[float, ...]:
        return tuple(float(part) for part in self.parts[1::2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Begin to speak this long after the bot began to be audible."""

    text: str
    after_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backchannel:
    """An "ajá" into the bot's speech that wants no answer."""

    text: str
    after_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cough:
    """A noise into the bot's speech."""

    after_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """A burst of noise on the line, into the bot's speech."""

    after_s: float = 1.0
    seconds: float = 0.4
    dbfs: float = -24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dtmf:
    """Press keys once the bot is done; without `wait`, at once."""

    digits: str
    wait: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """Hang up, at once or this long after the bot began to be audible."""

    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitHangup:
    """Let the other side hang up; after `timeout_s` the caller does."""

    timeout_s: float = 15.0


Step = Say | Interrupt | Backchannel | Cough | Noise | Silence | Dtmf | Hangup | WaitHangup
_STEPS: Final[dict[str, type[Step]]] = {
    "say": Say,
    "interrupt": Interrupt,
    "backchannel": Backchannel,
    "cough": Cough,
    "noise": Noise,
    "silence": Silence,
    "dtmf": Dtmf,
    "hangup": Hangup,
    "wait_hangup": WaitHangup,
}
Answer = Literal["yes", "busy", "no_answer", "rejected"]
_ANSWERS: Final = ("yes", "busy", "no_answer", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One caller's behaviour. A script whose last step is not a hangup ends with `WaitHangup`."""

    name: str
    steps: tuple[Step, ...]
    answer: Answer = "yes"
    """What happens when this party is dialled."""
    voicemail: str = ""
    """Greeting of an answering machine: it is played, then a beep, then nothing is said."""
    noise_dbfs: float | None = None
    """Steady noise on the line."""
    language: str = "es"
    voice: str = "caller"


def parse_script(data: Mapping[str, Any]) -> Script:
    """Read the JSON form: the fields of `Script`, steps as `{"do": "say", "text": …}`. Raises BadScript."""
    values = {field.name: data[field.name] for field in fields(Script) if field.name in data}
    unknown = set(data) - set(values)
    if unknown:
        raise BadScript(f"unknown field {sorted(unknown)[0]}")
    if values.get("answer", "yes") not in _ANSWERS:
        raise BadScript(f"answer is one of {', '.join(_ANSWERS)}")
    values.setdefault("name", "unnamed")
    values["steps"] = tuple(_step(step) for step in data.get("steps", ()))
    return Script(**values)


def load_script(name: str) -> Script:
    """A script that ships with the simulator. Raises BadScript."""
    path = SCRIPTS / f"{name}.json"
    if not name.replace("_", "").isalnum() or not path.is_file():
        raise BadScript("no such script")
    return parse_script({"name": name, **json.loads(path.read_text(encoding="utf-8"))})


def read_script(source: str | Mapping[str, Any]) -> Script:
    """A script by name or in JSON form. Raises BadScript."""
    return load_script(source) if isinstance(source, str) else parse_script(source)


def with_code(script: Script, code: str) -> Script:
    """The same script with `{code}` filled in, so that the texts of each call are its own."""
    return replace(script, steps=tuple(_coded(step, code) for step in script.steps))


def _coded(step: Step, code: str) -> Step:
    if isinstance(step, Say) and step.parts:
        return replace(
            step, parts=tuple(part.replace("{code}", code) if isinstance(part, str) else part for part in step.parts)
        )
    if isinstance(step, Say | Interrupt | Backchannel):
        return replace(step, text=step.text.replace("{code}", code))
    return step


def _step(data: Any) -> Step:
    if not isinstance(data, Mapping) or data.get("do") not in _STEPS:
        raise BadScript(f"a step is an object whose `do` is one of {', '.join(_STEPS)}")
    kind = _STEPS[data["do"]]
    values: dict[str, Any] = {name: _frozen(value) for name, value in data.items() if name != "do"}
    known = {field.name: field for field in fields(kind)}
    needed = {name for name, field in known.items() if field.default is MISSING}
    if set(values) - set(known) or needed - set(values):
        raise BadScript(f"step {data['do']} takes {', '.join(known) or 'nothing'}")
    return kind(**values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
