"""Telnyx's reasons for a hangup in the gateway's vocabulary."""

import pytest

from control_plane.adapters.carriers.telnyx.causes import cause_of
from control_plane.core.call.causes import HangupCause


@pytest.mark.parametrize(
    ("hangup_cause", "sip_code", "cause"),
    [
        ("normal_clearing", "200", HangupCause.NORMAL),
        ("normal_clearing", "unspecified", HangupCause.NORMAL),
        ("originator_cancel", "487", HangupCause.CANCELLED),
        ("call_rejected", "603", HangupCause.REJECTED),
        ("user_busy", "486", HangupCause.BUSY),
        ("no_answer", "", HangupCause.NO_ANSWER),
        ("timeout", "480", HangupCause.NO_ANSWER),
        ("time_limit", "", HangupCause.TIME_LIMIT),
        ("not_found", "404", HangupCause.NOT_FOUND),
        ("unspecified", "486", HangupCause.BUSY),
        ("unspecified", "17", HangupCause.BUSY),
        ("", "604", HangupCause.NOT_FOUND),
        ("unspecified", "503", HangupCause.FAILED),
        ("unspecified", "unspecified", HangupCause.UNKNOWN),
        ("something_new", "", HangupCause.UNKNOWN),
    ],
)
def test_a_hangup_has_one_cause(hangup_cause: str, sip_code: str, cause: HangupCause) -> None:
    assert cause_of(hangup_cause, sip_code) is cause


def test_a_limit_of_the_account_is_not_the_refusal_of_the_person_called() -> None:
    assert cause_of("call_rejected", "403") is HangupCause.FAILED
