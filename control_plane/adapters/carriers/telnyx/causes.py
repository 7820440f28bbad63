"""What Telnyx's reasons for a hangup mean in the gateway's vocabulary."""

from collections.abc import Mapping
from typing import Final

from control_plane.core.call.causes import HangupCause

_BY_CAUSE: Final[Mapping[str, HangupCause]] = {
    "normal_clearing": HangupCause.NORMAL,
    "originator_cancel": HangupCause.CANCELLED,
    "call_rejected": HangupCause.REJECTED,
    "user_busy": HangupCause.BUSY,
    "no_answer": HangupCause.NO_ANSWER,
    "timeout": HangupCause.NO_ANSWER,
    "time_limit": HangupCause.TIME_LIMIT,
    "not_found": HangupCause.NOT_FOUND,
}

_BY_SIP_CODE: Final[Mapping[str, HangupCause]] = {
    "200": HangupCause.NORMAL,
    "403": HangupCause.FAILED,
    "404": HangupCause.NOT_FOUND,
    "408": HangupCause.NO_ANSWER,
    "410": HangupCause.NOT_FOUND,
    "480": HangupCause.NO_ANSWER,
    "484": HangupCause.NOT_FOUND,
    "486": HangupCause.BUSY,
    "487": HangupCause.CANCELLED,
    "600": HangupCause.BUSY,
    "603": HangupCause.REJECTED,
    "604": HangupCause.NOT_FOUND,
    # Some routes hand through the Q.850 value of the far network instead.
    "1": HangupCause.NOT_FOUND,
    "16": HangupCause.NORMAL,
    "17": HangupCause.BUSY,
    "18": HangupCause.NO_ANSWER,
    "19": HangupCause.NO_ANSWER,
    "21": HangupCause.REJECTED,
}

_REFUSED_BY_CARRIER: Final = ("call_rejected", "403")
"""Not the person called: Telnyx answers 403 for its own limits (concurrency, unverified number, no profile)."""


def cause_of(hangup_cause: str, sip_code: str) -> HangupCause:
    """The SIP code decides only where Telnyx's own word does not."""
    if (hangup_cause, sip_code) == _REFUSED_BY_CARRIER:
        return HangupCause.FAILED
    known = _BY_CAUSE.get(hangup_cause) or _BY_SIP_CODE.get(sip_code)
    if known is not None:
        return known
    return HangupCause.FAILED if len(sip_code) == 3 and sip_code.startswith("5") else HangupCause.UNKNOWN
