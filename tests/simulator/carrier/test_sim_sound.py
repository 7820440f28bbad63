import math
import time

import pytest

from simulator.audio.g711 import (
    ALAW_TO_LINEAR,
    ALAW_TO_ULAW,
    LINEAR_TO_ULAW,
    ULAW_TO_ALAW,
    ULAW_TO_LINEAR,
    encode,
    from_pcm16,
    mix,
    mixed,
)
from simulator.audio.levels import SILENT_FRAME, audible, voiced_span
from simulator.audio.speech import beep, char_starts_ms, cough, line_noise, over_noise, speech, watermarked
from simulator.audio.wav import UnplayableAudio, read_ulaw, write_ulaw
from simulator.spoken import SpokenLedger

SENTENCE = "Buenas tardes, quiero pedir una cita para mi perro."


def _dbfs(audio):
    samples = [ULAW_TO_LINEAR[byte] for byte in audio]
    return 20 * math.log10(math.sqrt(sum(x * x for x in samples) / len(samples)) / 32768)


def test_the_tables_have_the_values_of_the_recommendation():
    assert (ULAW_TO_LINEAR[0x00], ULAW_TO_LINEAR[0x80], ULAW_TO_LINEAR[0xFF]) == (-32124, 32124, 0)
    assert (ALAW_TO_LINEAR[0xAA], ALAW_TO_LINEAR[0x2A], ALAW_TO_LINEAR[0xD5]) == (32256, -32256, 8)


def test_every_code_survives_decoding_and_encoding():
    for code, sample in enumerate(ULAW_TO_LINEAR):
        assert ULAW_TO_LINEAR[LINEAR_TO_ULAW[(sample + 32768) >> 2]] == sample, code
    loud = bytes(code for code, sample in enumerate(ULAW_TO_LINEAR) if abs(sample) > 2000)
    there_and_back = loud.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW)
    for before, after in zip(loud, there_and_back, strict=True):
        assert abs(ULAW_TO_LINEAR[before] - ULAW_TO_LINEAR[after]) <= abs(ULAW_TO_LINEAR[before]) * 0.04


def test_sounds_are_added_and_clipped():
    loud = encode([30000] * 4)
    assert mix(loud, loud) == encode([40000] * 4) == encode([32767] * 4)
    assert mixed(None, loud, None) == loud
    assert mixed(None, None) is None


def test_speech_is_the_same_each_time_and_whole_frames_long():
    first = speech(SENTENCE)
    speech.cache_clear()
    assert speech(SENTENCE) == first
    assert len(first) % 160 == 0
    assert 3.4 < len(first) / 8000 < 3.8
    assert speech("") == b""
    assert len(speech("Sí")) == 3200


def test_speech_is_about_minus_18_dbfs():
    assert -20 < _dbfs(speech(SENTENCE)) < -16
    assert -20 < _dbfs(speech(SENTENCE, voice="other")) < -16


def test_speech_has_gaps_between_words_and_sound_at_every_word():
    audio = speech("uno dos tres")
    starts = char_starts_ms("uno dos tres")
    for place in (0, 4, 8):
        at = (starts[place] + 90) * 8
        assert audible(audio[at : at + 160])
    gap = (starts[3] + 25) * 8
    assert not audible(audio[gap : gap + 160])


def test_three_seconds_of_speech_cost_less_than_60_ms():
    text = "Una frase que nadie ha dicho nunca antes."
    began = time.process_time()
    speech(text, voice="cost")
    assert time.process_time() - began < 0.06


def test_char_starts_follow_the_length_of_the_sound():
    starts = char_starts_ms(SENTENCE)
    assert len(starts) == len(SENTENCE)
    assert starts == sorted(starts)
    assert starts[-1] < len(speech(SENTENCE)) / 8 <= starts[-1] + 100


def test_a_watermark_changes_the_bytes_and_hardly_the_sound():
    audio = speech("Hola.")
    marked = watermarked(audio, "x")
    assert marked != audio
    assert {a ^ b for a, b in zip(marked, audio, strict=True)} == {0, 1}
    assert marked == watermarked(audio, "x") != watermarked(audio, "y")


def test_coughs_beeps_and_noise_have_their_loudness():
    assert audible(cough(1)[:160])
    assert len(beep()) == 4000
    assert -36 < _dbfs(line_noise(1, -35)) < -34
    noisy = over_noise(SILENT_FRAME * 3, line_noise(1, -35))
    assert noisy == line_noise(1, -35)[:480]


def test_the_voiced_span_leaves_out_silence_at_both_ends():
    audio = SILENT_FRAME * 5 + speech("Hola.")
    first, last = voiced_span(audio)
    assert first in (5, 6, 7)
    assert last < len(audio) // 160
    assert voiced_span(SILENT_FRAME) == (0, -1)


def test_a_wav_is_read_back_as_it_was_written():
    audio = speech("Hola.")
    assert read_ulaw(write_ulaw(audio)) == audio
    assert read_ulaw(write_ulaw(audio, b"")) == audio


def test_pcm_of_another_rate_is_read_with_its_real_length():
    import io
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(b"\x00\x10" * 16000)
    assert read_ulaw(file.getvalue()) == from_pcm16(b"\x00\x10" * 8000)


@pytest.mark.parametrize("data", [b"", b"ID3 mp3", b"RIFF....WAVE", write_ulaw(b"")[:20]])
def test_what_is_no_wav_cannot_be_played(data):
    with pytest.raises(UnplayableAudio):
        read_ulaw(data)


class Now:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def test_a_ledger_recognises_any_cut_of_what_was_said_and_forgets_it_later():
    now = Now()
    ledger = SpokenLedger(now, keep_s=10)
    spoken = ledger.begin("Hola.", speaker="caller", call="1")
    audio = speech("Hola.")
    for start in range(0, len(audio), 100):
        spoken.append(audio[start : start + 100])
    assert ledger.recognise(audio[33:500]) == (spoken, 33 / 8000)
    assert ledger.recognise(audio[320:]) == (spoken, 0.04)
    assert ledger.locate(audio[480:640]) == (spoken, 480)
    assert ledger.recognise(audio[::-1]) is None
    assert ledger.recognise(b"") is None
    now.at = 11.0
    ledger.begin("Adiós.", speaker="caller", call="1")
    assert ledger.recognise(audio[320:]) is None
    spoken.append(audio)
    assert ledger.locate(audio[:160]) is None
