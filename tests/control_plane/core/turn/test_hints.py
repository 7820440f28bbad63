"""What was asked for says when an answer is whole."""

import pytest

from control_plane.core.turn.endings import Ending
from control_plane.core.turn.hints import NO_HINT, Expected, Hint, advised

UNCLEAR, OPEN, COMPLETE = Ending.UNCLEAR, Ending.OPEN, Ending.COMPLETE


@pytest.mark.parametrize(
    ("hint", "text", "usual", "advice"),
    [
        (NO_HINT, "el martes", UNCLEAR, UNCLEAR),
        (Hint(expected=Expected.YES_NO), "eso mismo", UNCLEAR, COMPLETE),
        (Hint(expected=Expected.YES_NO), "sí pero", OPEN, OPEN),
        (Hint(expected=Expected.YES_NO), "la verdad es que no estoy seguro", UNCLEAR, UNCLEAR),
        (Hint(expected=Expected.DIGITS), "55 12", UNCLEAR, OPEN),
        (Hint(expected=Expected.DIGITS, length=4), "55 12", UNCLEAR, COMPLETE),
        (Hint(expected=Expected.DIGITS, length=10), "55 12", COMPLETE, OPEN),
        (Hint(expected=Expected.NUMBER), "a las cuatro", UNCLEAR, COMPLETE),
        (Hint(expected=Expected.NAME), "ana con a n", UNCLEAR, OPEN),
        (Hint(expected=Expected.NAME), "ana gómez", UNCLEAR, COMPLETE),
        (Hint(expected=Expected.NAME), "ana", UNCLEAR, UNCLEAR),
        (Hint(expected=Expected.STORY), "me caí en la calle", UNCLEAR, OPEN),
    ],
)
def test_the_hint_decides_over_the_words(hint: Hint, text: str, usual: Ending, advice: Ending) -> None:
    assert advised(hint, text, usual=usual) is advice
