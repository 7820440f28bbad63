"""How a model is asked to go on with an answer that another one has begun, where it takes no beginning of its own."""

from typing import Final

_ASKED: Final = (
    "Your answer to the last message was interrupted for a technical reason. The caller has already heard its "
    'beginning: "{begun}" Now give only the rest of it, in the same language: start with the very next word, repeat '
    "nothing of the beginning, do not greet or apologise. If a tool belongs to the answer, use it: it has not been "
    "used yet."
)


def to_go_on(begun: str) -> str:
    """The instruction. It stands behind the system text: what the caller said stays what it was, in his language."""
    return _ASKED.format(begun=begun)
