"""The words for why a leg ended."""

import json

import pytest

from control_plane.core.call.causes import HangupCause


@pytest.mark.parametrize("cause", HangupCause)
def test_a_cause_travels_as_its_value(cause: HangupCause) -> None:
    assert HangupCause(json.loads(json.dumps(cause))) is cause


def test_a_word_of_a_carrier_is_no_cause() -> None:
    with pytest.raises(ValueError, match="originator_cancel"):
        HangupCause("originator_cancel")
