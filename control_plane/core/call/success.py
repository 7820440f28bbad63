"""When an ended call that was answered counts as a success: the caller spoke, and nothing broke the call off."""

from typing import Final

from control_plane.core.call.causes import CLOSED, MACHINE, MESSAGE_LEFT, HangupCause

GOOD_CAUSES: Final = (HangupCause.NORMAL, HangupCause.TIME_LIMIT)
"""Of the hangup. Any other cause of an answered call is a leg that was lost, or a command that the call needed and the
carrier refused."""

BROKEN: Final = ("no voice could be had", "the gateway met a fault")
"""Reasons of ours that are faults."""

NOBODY_TALKED: Final = (CLOSED, MACHINE, MESSAGE_LEFT)
"""Reasons of ours with which there was no conversation, whatever was heard."""

REFUSED: Final = " refused: "
"""In a reason: a command that the call needed was refused."""


def succeeded(cause: str, reason: str, *, caller_spoke: bool) -> bool:
    """Of an answered call that has ended. The store counts by the same rule, in its own language."""
    spoiled = reason in BROKEN or reason in NOBODY_TALKED or REFUSED in reason
    return caller_spoke and cause in GOOD_CAUSES and not spoiled
