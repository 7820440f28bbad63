"""Words that are heard a second time because their sound was sent to a second recogniser."""

from typing import Final

from control_plane.core.words import folded

LONGEST: Final = 8
"""Words; more than these are never spoken in the sound that is sent twice."""


def without_overlap(text: str, before: str) -> str:
    """What is new in `text`, which may begin with the last words of what was heard `before`."""
    words = text.split()
    now, earlier = [_plain(word) for word in words], [_plain(word) for word in before.split()]
    for length in range(min(LONGEST, len(now), len(earlier)), 0, -1):
        if now[:length] == earlier[-length:]:
            return " ".join(words[length:])
    return text


def _plain(word: str) -> str:
    """Two recognisers do not agree on commas and capitals."""
    return "".join(letter for letter in folded(word) if letter.isalnum())
