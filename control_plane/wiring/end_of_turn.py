"""Which model hears the end of a turn, if any."""

from control_plane.adapters.turns.smart_turn import NoModel, SmartTurn, find
from control_plane.observability.logging import get_logger
from control_plane.ports.end_of_turn import EndOfTurnModel
from control_plane.ports.errors import Misconfigured

log = get_logger("turns")


def end_of_turn_model(setting: str) -> EndOfTurnModel | None:
    """`off`, `auto` or a path. Raises Misconfigured when a path was given and cannot be used."""
    if setting == "off":
        return None
    try:
        model = SmartTurn(find(setting))
    except NoModel as reason:
        if setting != "auto":
            raise Misconfigured("settings", f"TURN_MODEL: {reason}") from reason
        log.info("no model hears the end of a turn, words and silence decide", reason=str(reason))
        return None
    log.info("a model hears the end of a turn", model=model.name)
    return model
