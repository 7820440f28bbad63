"""Why a leg ended, in one vocabulary for all carriers."""

from enum import StrEnum
from typing import Final


class HangupCause(StrEnum):
    """The normalised hangup cause; adapters map their carrier's words and SIP codes to it."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    """We or the caller gave up before the answer."""
    NOT_FOUND = "not_found"
    """The number does not exist or cannot be reached."""
    TIME_LIMIT = "time_limit"
    FAILED = "failed"
    """The carrier refused the dial or a needed command, or the gateway could not go on."""
    UNKNOWN = "unknown"


CLOSED: Final = "outside opening hours"
"""Reason of ours: a caller was told that nobody is there."""

MACHINE: Final = "an answering machine took the call"
MESSAGE_LEFT: Final = "left a message on an answering machine"
