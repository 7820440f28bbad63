"""What can happen to a leg."""

from dataclasses import MISSING, fields
from typing import get_args

import pytest

from control_plane.core.call.events import CallEvent, CallOffered
from tests.call_events import ONE_OF_EACH

KINDS = get_args(CallEvent)


def test_the_samples_hold_every_event_once() -> None:
    kinds = [type(event) for event in ONE_OF_EACH]
    assert set(kinds) == set(KINDS)
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_fields_of_an_event_travel_as_json(kind: type) -> None:
    assert {field.type for field in fields(kind)} <= {str, bool, int, float, tuple[str, ...]}


def test_an_offer_is_accepted_unless_somebody_says_no() -> None:
    defaults = {field.name: field.default for field in fields(CallOffered) if field.default is not MISSING}
    assert defaults["accepted"] is True
