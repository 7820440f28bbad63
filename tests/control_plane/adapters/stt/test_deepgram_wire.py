"""Deepgram's messages, without a socket."""

import pytest

from control_plane.adapters.provider_socket import SocketLost
from control_plane.adapters.stt.deepgram_wire import closed_by_provider, heard, listen_query
from control_plane.core.turn.events import FinalHeard, InterimHeard, UtteranceEnded
from control_plane.ports.errors import MalformedMessage, Rejected, Unavailable
from control_plane.ports.hearing import HearingOptions, Listening


def results(transcript: str, *, final: str = "false", speech_final: str = "false") -> str:
    return (
        f'{{"type":"Results","is_final":{final},"speech_final":{speech_final},'
        f'"channel":{{"alternatives":[{{"transcript":"{transcript}"}}]}}}}'
    )


def test_the_query_asks_for_telephone_audio_and_quick_results() -> None:
    query = dict(listen_query(HearingOptions(language="es", endpointing_ms=200), "nova-3"))
    assert query == {
        "model": "nova-3",
        "language": "es",
        "encoding": "mulaw",
        "sample_rate": "8000",
        "channels": "1",
        "interim_results": "true",
        "endpointing": "200",
        "utterance_end_ms": "1000",
        "vad_events": "true",
        "punctuate": "true",
        "numerals": "true",
        "no_delay": "true",
    }


def test_keyterms_are_repeated() -> None:
    query = listen_query(HearingOptions(keyterms=("Centralita", "cita previa", " ")), "nova-3")
    assert [value for key, value in query if key == "keyterm"] == ["Centralita", "cita previa"]


def test_keyterms_are_not_sent_to_a_model_that_refuses_them() -> None:
    query = listen_query(HearingOptions(model="nova-2", keyterms=("Centralita",)), "nova-3")
    assert ("model", "nova-2") in query
    assert "keyterm" not in dict(query)


def test_an_interim_is_what_is_believed_so_far() -> None:
    assert heard(results("hola qué")) == InterimHeard(text="hola qué")


@pytest.mark.parametrize("message", [results(""), '{"type":"SpeechStarted","channel":[0],"timestamp":0.1}'])
def test_a_sound_without_words_is_a_sign_of_life(message: str) -> None:
    assert heard(message) == Listening()


def test_a_final_without_an_endpoint_does_not_end_the_speech() -> None:
    assert heard(results("hola", final="true")) == FinalHeard(text="hola", ends_speech=False)


def test_an_empty_final_still_tells_that_the_speech_ended() -> None:
    assert heard(results("", final="true", speech_final="true")) == FinalHeard(text="", ends_speech=True)


def test_a_speech_final_on_an_interim_does_not_make_it_final() -> None:
    assert heard(results("hola", speech_final="true")) == InterimHeard(text="hola")


def test_a_gap_between_words_ends_the_utterance() -> None:
    assert heard('{"type":"UtteranceEnd","channel":[0,1],"last_word_end":2.1}') == UtteranceEnded()


@pytest.mark.parametrize("kind", ["Metadata", "ConfigureSuccess", "SomethingFromTomorrow"])
def test_messages_without_words_are_passed_over(kind: str) -> None:
    assert heard(f'{{"type":"{kind}"}}') is None


@pytest.mark.parametrize("raw", ["", "{", "[]", "7", "{}", '{"type":"Results"}', '{"type":"Results","channel":[]}'])
def test_what_cannot_be_read_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedMessage):
        heard(raw)


def test_an_error_message_names_the_fault_without_its_free_text() -> None:
    with pytest.raises(Unavailable) as caught:
        heard('{"type":"Error","variant":"SchemaError","description":"what Juana said"}')
    assert caught.value.code == "SchemaError"
    assert "Juana" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "reason", "kind", "name"),
    [
        (1008, "DATA-0000", Rejected, "DATA-0000"),
        (1011, "NET-0001 see https://dpgr.am/net0001", Unavailable, "NET-0001"),
        (1011, "internal", Unavailable, "1011"),
        (1000, "", Unavailable, "1000"),
    ],
)
def test_a_close_is_named_by_its_reason_or_code(code: int, reason: str, kind: type, name: str) -> None:
    error = closed_by_provider(SocketLost(code, reason))
    assert type(error) is kind
    assert error.code == name
