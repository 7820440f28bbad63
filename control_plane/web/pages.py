"""The page of one call, for people: what was said and heard, and where the time of each turn went."""

from collections.abc import Mapping
from typing import Final, cast

from quart import Blueprint, render_template

from control_plane.core.turn.timing import waited_ms
from control_plane.web.calls import detail
from control_plane.web.needs import needs
from control_plane.web.schemas import CallDetail, TurnOut

STAGES: Final = ("stt", "endpoint", "dispatch", "brain", "clause", "handover", "voice", "playout")

blueprint = Blueprint("pages", __name__, template_folder="templates")


@blueprint.get("/calls/<call_id>")
@needs("calls:read")
async def call_page(call_id: str) -> str:
    """Static HTML without scripts."""
    call = await detail(call_id)
    longest = max((turn.timing.get("total", 0.0) for turn in call.turns), default=0.0) or 1.0
    waterfalls = {turn.index: bars(turn, longest) for turn in call.turns}
    return await render_template("call.html", call=call, bars=waterfalls, talk=talk_s(call))


def bars(turn: TurnOut, longest: float) -> list[dict[str, float | str]]:
    """The waterfall of a turn: (stage, left, width) in percent of the longest turn of the call."""
    out: list[dict[str, float | str]] = []
    left = 0.0
    waited = waited_ms(cast(Mapping[str, float], turn.timing))
    for stage in STAGES:
        spent = waited.get(stage, 0.0)
        width = spent / longest * 100
        out.append({"stage": stage, "left": round(left, 2), "width": round(width, 2), "ms": spent})
        left += width
    return out


def talk_s(call: CallDetail) -> float | None:
    """Length of the talk in seconds; None while it goes on or when it was never answered."""
    if call.answered_at is None or call.ended_at is None:
        return None
    return round(call.ended_at - call.answered_at, 1)
