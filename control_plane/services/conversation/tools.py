"""The tools a bot may use in a call, and what they lead to once the reply has been heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from control_plane.core.call.events import CallEvent, DigitsRequested, HangupRequested, TransferRequested
from control_plane.ports.brain import ToolSpec

MAX_DIGITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a tool did: the text the model reads, and an event for the call when the reply has been played."""

    result: str
    then: CallEvent | None = None
    closes: bool = False
    """The reply is complete with this tool: the model is not asked to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool by its specification and its action."""

    spec: ToolSpec
    act: Callable[[Mapping[str, Any]], Outcome]


def end_call() -> Tool:
    """The bot has said goodbye."""
    spec = ToolSpec(
        name="end_call",
        description=(
            "End the phone call. Use it in the same reply in which you say goodbye, "
            "when the caller has nothing else to ask."
        ),
        parameters={"type": "object", "properties": {}, "additionalProperties": False},
    )
    then = HangupRequested(reason="the bot said goodbye")
    return Tool(spec=spec, act=lambda _: Outcome(result="The call ends.", then=then, closes=True))


def transfer_call(number: str) -> Tool:
    """Hand the caller to a person at `number` (E.164)."""
    spec = ToolSpec(
        name="transfer_call",
        description="Connect the caller with a person of the clinic or shop. Say first that you are doing so.",
        parameters={"type": "object", "properties": {}, "additionalProperties": False},
    )
    then = TransferRequested(to=number)
    return Tool(spec=spec, act=lambda _: Outcome(result="The caller is being connected.", then=then, closes=True))


def send_digits() -> Tool:
    """Press keys, e.g. in the menu of another machine."""
    spec = ToolSpec(
        name="send_digits",
        description="Press telephone keys, for instance in the menu of an answering system.",
        parameters={
            "type": "object",
            "properties": {"digits": {"type": "string", "pattern": "^[0-9A-D*#wW]{1,64}$"}},
            "required": ["digits"],
            "additionalProperties": False,
        },
    )
    return Tool(spec=spec, act=_press)


def _press(arguments: Mapping[str, Any]) -> Outcome:
    digits = str(arguments.get("digits", ""))
    if not digits or len(digits) > MAX_DIGITS or set(digits) - set("0123456789ABCD*#wW"):
        return Outcome(result="Error: digits must be 1 to 64 of 0-9 A-D * # w W.")
    return Outcome(result="The keys are being pressed.", then=DigitsRequested(digits=digits))


def toolbox(allowed: tuple[str, ...], *, transfer_number: str) -> Mapping[str, Tool]:
    """The tools of a bot by name. A transfer needs somewhere to go."""
    known = [end_call(), send_digits()]
    if transfer_number:
        known.append(transfer_call(transfer_number))
    return {tool.spec.name: tool for tool in known if tool.spec.name in allowed}
