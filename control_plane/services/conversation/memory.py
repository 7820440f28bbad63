"""What a conversation brings along from its stored turns."""

from control_plane.core.dialogue import Message, ToolUse
from control_plane.ports.stores import TurnRecord


def remembered(turn: TurnRecord) -> Message:
    """A stored turn as the model shall remember it: what was heard, and the tools that were used."""
    if turn.speaker == "caller":
        return Message(role="caller", text=turn.heard)
    tools = tuple(
        ToolUse(id=f"turn_{turn.index}_{position}", name=tool["name"], arguments=tool["arguments"], result="done")
        for position, tool in enumerate(turn.tools)
    )
    return Message(role="agent", text=turn.heard, tools=tools)
