"""When a webhook that was not taken is sent again, and when an address is given up."""

from typing import Final

DELAYS_S: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 10_800.0, 21_600.0, 43_200.0)
"""After the first failure, the second, …: almost 23 hours."""

ATTEMPTS: Final = len(DELAYS_S) + 1

JITTER: Final = 0.1
"""Delays are longer by up to this share, so that what failed together does not come back together."""

HOPELESS_S: Final = 3 * 86_400.0
"""An address at which nothing but failures happened for so long is switched off."""

GONE: Final = 410
"""The status by which a receiver says that it wants nothing more."""


def delay_s(failed: int, *, chance: float) -> float | None:
    """Seconds until the next attempt, after the one of this number (from 1) failed; None: there is no other.

    `chance` from 0 to 1.
    """
    return DELAYS_S[failed - 1] * (1 + JITTER * chance) if failed < ATTEMPTS else None


def is_taken(status: int) -> bool:
    """Whether the receiver has it: any 2xx. Redirects are not followed, and therefore failures."""
    return 200 <= status < 300


def is_hopeless(failing_since: float | None, *, now: float) -> bool:
    """Whether an address that fails again, and has failed since then (unix seconds), is to be switched off."""
    return failing_since is not None and now - failing_since >= HOPELESS_S
