"""What is sealed can be opened by this installation alone, for one use and in one row."""

import pytest

from control_plane.adapters.people.keys import ONE_TIME_CODES, OUTBOUND_WEBHOOKS
from control_plane.adapters.people.seals import MARK, AesSeals
from control_plane.core.refusals import Refused

OURS = AesSeals(b"our secret", ONE_TIME_CODES)


@pytest.mark.parametrize("text", ["JBSWY3DPEHPK3PXP", "", "ñandú 🦤"])
def test_what_was_sealed_is_opened_again(text: str) -> None:
    sealed = OURS.seal(text, about="u1")
    assert OURS.is_sealed(sealed)
    assert sealed != OURS.seal(text, about="u1"), "nobody sees that two are the same"
    assert AesSeals(b"our secret", ONE_TIME_CODES).open(sealed, about="u1") == text
    assert not text or text not in sealed


def test_what_was_never_sealed_is_read_as_it_is_and_can_be_sealed_later() -> None:
    assert OURS.open("JBSWY3DPEHPK3PXP", about="u1") == "JBSWY3DPEHPK3PXP"
    shut = OURS.shut("JBSWY3DPEHPK3PXP", about="u1")
    assert OURS.open(shut, about="u1") == "JBSWY3DPEHPK3PXP"
    assert OURS.shut(shut, about="u1") == shut
    assert OURS.shut("", about="u1") == ""


SEALED = OURS.seal("JBSWY3DPEHPK3PXP", about="u1")


@pytest.mark.parametrize(
    ("seals", "kept", "about"),
    [
        (AesSeals(b"another secret", ONE_TIME_CODES), SEALED, "u1"),
        (AesSeals(b"our secret", OUTBOUND_WEBHOOKS), SEALED, "u1"),
        (OURS, SEALED, "u2"),
        (OURS, SEALED[:-4], "u1"),
        (OURS, SEALED[:-8] + "AAAAAAAA", "u1"),
        (OURS, MARK, "u1"),
        (OURS, MARK + "ñ", "u1"),
        (OURS, MARK + "AA", "u1"),
    ],
    ids=["another secret", "another use", "another row", "cut", "changed", "empty", "no base64", "short"],
)
def test_anything_else_is_refused_in_plain_words(seals: AesSeals, kept: str, about: str) -> None:
    with pytest.raises(Refused, match="STREAM_SECRET") as refused:
        seals.open(kept, about=about)
    assert refused.value.code == "secret_lost"
