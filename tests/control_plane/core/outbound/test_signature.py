"""Webhooks are signed as the Standard Webhooks scheme says."""

import pytest

from control_plane.core.outbound.signature import BadSecret, secret_of, signed_headers, verified

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = secret_of(bytes(range(32)))
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.9, b'{"test": 2432232314}'


def test_the_example_of_the_scheme_holds() -> None:
    assert signed_headers(ID, timestamp=AT, body=BODY, secrets=[SECRET]) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_secrets_change_both_are_good() -> None:
    headers = signed_headers(ID, timestamp=AT, body=BODY, secrets=[OTHER, SECRET])
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (OTHER, SECRET):
        assert verified(headers, BODY, secrets=[secret], now=AT)
    assert verified(
        signed_headers(ID, timestamp=AT, body=BODY, secrets=[SECRET]), BODY, secrets=[OTHER, SECRET], now=AT
    )


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"webhook-id": "msg_other"},
            {"webhook-timestamp": "1614265331"},
            {"webhook-timestamp": "x"},
            {"webhook-signature": ""},
        ),
        *({"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, {"webhook-signature": "v1,é"}),
        *({"webhook-timestamp": "²"}, {"webhook-timestamp": "9" * 5000}),
    ],
)
def test_what_was_changed_is_not_verified(change: dict[str, str]) -> None:
    headers = signed_headers(ID, timestamp=AT, body=BODY, secrets=[SECRET])
    assert verified(headers, BODY, secrets=[SECRET], now=AT)
    assert not verified({**headers, **change}, BODY, secrets=[SECRET], now=AT)
    assert not verified(headers, BODY + b" ", secrets=[SECRET], now=AT)
    assert not verified(headers, BODY, secrets=[OTHER], now=AT)
    assert not verified({}, BODY, secrets=[SECRET], now=AT)


def test_old_and_future_ones_are_not_verified() -> None:
    headers = signed_headers(ID, timestamp=AT, body=BODY, secrets=[SECRET])
    assert verified(headers, BODY, secrets=[SECRET], now=AT + 299)
    assert not verified(headers, BODY, secrets=[SECRET], now=AT + 302)
    assert not verified(headers, BODY, secrets=[SECRET], now=AT - 302)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_é", "whsec_AAAA", "whsec_" + "A" * 400]
)
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(BadSecret):
        signed_headers(ID, timestamp=AT, body=BODY, secrets=[secret])


@pytest.mark.parametrize("length", [0, 23, 65])
def test_secrets_are_neither_short_nor_long(length: int) -> None:
    with pytest.raises(BadSecret):
        secret_of(bytes(length))


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "é", "a\r\nb", "a" * 129])
def test_ids_cannot_be_mistaken_for_more(message_id: str) -> None:
    with pytest.raises(ValueError):
        signed_headers(message_id, timestamp=AT, body=BODY, secrets=[SECRET])


def test_nothing_is_signed_by_nobody() -> None:
    with pytest.raises(ValueError):
        signed_headers(ID, timestamp=AT, body=BODY, secrets=[])
