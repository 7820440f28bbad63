"""The messages of Flux, without a socket."""

import orjson
import pytest

from control_plane.adapters.stt import deepgram_flux_wire as wire
from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard
from control_plane.ports.errors import MalformedMessage, ProviderError, Rejected, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions, Listening


def turn(event: str, transcript: object = "Hola. ") -> bytes:
    return orjson.dumps({"type": "TurnInfo", "event": event, "turn_index": 0, "transcript": transcript})


def test_the_query_asks_for_telephone_audio_and_early_ends() -> None:
    query = wire.listen_query(
        HearingOptions(keyterms=("Rex", " ", "vacuna")), "", ends=wire.TurnEnds(end=0.7, eager=0.5)
    )
    assert query == [
        ("model", "flux-general-multi"),
        ("encoding", "mulaw"),
        ("sample_rate", "8000"),
        ("numerals", "true"),
        ("eot_threshold", "0.7"),
        ("eager_eot_threshold", "0.5"),
        ("language_hint", "es"),
        ("keyterm", "Rex"),
        ("keyterm", "vacuna"),
    ]


def test_the_early_end_can_be_off_and_is_never_surer_than_the_end() -> None:
    assert "eager_eot_threshold" not in dict(
        wire.listen_query(HearingOptions(), "", ends=wire.TurnEnds(end=0.7, eager=0))
    )
    assert (
        dict(wire.listen_query(HearingOptions(), "", ends=wire.TurnEnds(end=0.6, eager=0.8)))["eager_eot_threshold"]
        == "0.6"
    )


@pytest.mark.parametrize(
    ("options", "default", "model", "hint"),
    [
        (HearingOptions(language="en"), "", "flux-general-en", None),
        (HearingOptions(language="en-US"), "flux-general-multi", "flux-general-multi", "en"),
        (HearingOptions(language="es-419"), "", "flux-general-multi", "es"),
        (HearingOptions(language="multi"), "", "flux-general-multi", None),
        (HearingOptions(model="nova-3"), "", "flux-general-multi", "es"),
        (HearingOptions(model="flux-general-en"), "", "flux-general-en", None),
    ],
)
def test_the_language_chooses_model_and_hint(options: HearingOptions, default: str, model: str, hint: str) -> None:
    query = dict(wire.listen_query(options, default, ends=wire.TurnEnds(end=0.7, eager=0.5)))
    assert (query["model"], query.get("language_hint")) == (model, hint)


def test_no_more_keyterms_are_sent_than_it_takes() -> None:
    terms = tuple(f"word{number}" for number in range(150))
    query = wire.listen_query(HearingOptions(keyterms=terms), "", ends=wire.TurnEnds(end=0.7, eager=0.5))
    assert sum(name == "keyterm" for name, _ in query) == 100


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("Update", InterimHeard(text="Hola.")),
        ("StartOfTurn", InterimHeard(text="Hola.")),
        ("TurnResumed", InterimHeard(text="Hola.")),
        ("EagerEndOfTurn", EagerEnd(text="Hola.")),
        ("EndOfTurn", FinalHeard(text="Hola.", ends_speech=True)),
        ("SomethingNew", InterimHeard(text="Hola.")),
    ],
)
def test_each_event_of_a_turn_says_something(event: str, expected: Heard) -> None:
    assert wire.heard(turn(event)) == expected


@pytest.mark.parametrize("event", ["Update", "EagerEndOfTurn"])
def test_no_words_are_a_sign_of_life(event: str) -> None:
    assert wire.heard(turn(event, " ")) == Listening()


@pytest.mark.parametrize("kind", ["Connected", "Warning", "ConfigureSuccess", "ConfigureFailure"])
def test_messages_without_words_are_passed_over(kind: str) -> None:
    assert wire.heard(orjson.dumps({"type": kind})) is None


@pytest.mark.parametrize("raw", ["{", "[]", "null", '{"kind":"x"}', turn("Update", None)])
def test_what_cannot_be_read_is_malformed(raw: str | bytes) -> None:
    with pytest.raises(MalformedMessage):
        wire.heard(raw)


@pytest.mark.parametrize(
    ("code", "kind"), [("INTERNAL_SERVER_ERROR", Unavailable), ("UNPARSABLE_CLIENT_MESSAGE", Rejected)]
)
def test_an_error_is_the_end_and_keeps_its_free_text_to_itself(code: str, kind: type[ProviderError]) -> None:
    with pytest.raises(kind, match=code) as caught:
        wire.heard(orjson.dumps({"type": "Error", "code": code, "description": "secret words"}))
    assert "secret" not in str(caught.value)
