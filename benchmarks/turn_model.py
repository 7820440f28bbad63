"""The command `python -m benchmarks.turn_model MODEL.onnx`: how well a model hears the end of a turn.

The scenes are spoken by the simulator's voices, which have no melody, and by those of espeak-ng, which fall at the end
of a sentence and rise at a comma. Each part before a pause is spoken as if more were to come, the last as an end; the
model is asked 120 ms after each. A model that understands a voice gives ends more than pauses: AUC is the share of
pairs of an end and a pause in which it does (0.5: it guesses).
"""

import argparse
import subprocess
import sys
import time
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final, Protocol

from benchmarks import tables
from benchmarks.turns_replay import HEAD, POLICY, replay, row
from control_plane.adapters.turns.log_mel import log_mel
from control_plane.adapters.turns.smart_turn import NoModel, SmartTurn, find
from control_plane.core.audio.g711 import from_pcm16, magnitude
from control_plane.core.turn.melody import DONE_FROM, GOES_ON_TO
from control_plane.ports.end_of_turn import LISTENS_S
from simulator.audio.speech import speech
from simulator.caller.scenes import SCENES, Scene, scenes

_SILENCE: Final = b"\xff"
_ASKED_AFTER: Final = 960
"""120 ms of 8 kHz."""
_VOICES: Final[Mapping[str, Sequence[str]]] = {
    "es": ("es-419", "es", "es-419+f2", "es-419+m3"),
    "en": ("en-us", "en-us+f3", "en-gb", "en-us+m2"),
}
_PITCHED_RATE: Final = 22050
_FRAME: Final = 160
_LOUD: Final = 1200
"""Of a frame's `magnitude`: less is no voice."""


class Speaker(Protocol):
    """Speaks a part of a turn, as an end or as if more was to come."""

    def __call__(self, text: str, voice: str, *, is_end: bool) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the model said after one part of a turn."""

    corpus: str
    scene: str
    language: str
    place: tuple[int, int]
    """Turn and part."""
    is_end: bool
    finished: float


def simulated(text: str, voice: str, *, is_end: bool) -> bytes:
    return speech(text)


def espeak(text: str, voice: str, *, is_end: bool) -> bytes:
    """Needs the program espeak-ng (apt install espeak-ng)."""
    written = text if is_end else text.rstrip(".!") + ","
    command = ("espeak-ng", "-v", voice, "-s", "165", "--stdout", written)
    wave = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    at = wave.find(b"data") + 8
    return _trimmed(from_pcm16(_at_8_khz(array("h", wave[at : len(wave) - (len(wave) - at) % 2])).tobytes()))


def _at_8_khz(samples: "array[int]") -> "array[int]":
    """By averages: enough for a telephone."""
    step = _PITCHED_RATE / 8000
    ends = [round(number * step) for number in range(int(len(samples) / step) + 1)]
    pieces = (samples[begin:end] for begin, end in pairwise(ends))
    return array("h", [round(0.6 * sum(piece) / len(piece)) for piece in pieces if piece])


def _trimmed(audio: bytes) -> bytes:
    frames = [audio[at : at + _FRAME] for at in range(0, len(audio), _FRAME)]
    loud = [number for number, frame in enumerate(frames) if magnitude(frame) > _LOUD]
    return b"".join(frames[loud[0] : loud[-1] + 1]) if loud else audio


def opinions(model: SmartTurn, speaker: Speaker) -> Iterable[Opinion]:
    """After every part of every turn of both corpora."""
    chance = Random(1)
    for corpus in SCENES:
        for scene in scenes(corpus):
            voice = chance.choice(_VOICES[scene.language])
            yield from _of_scene(model, speaker, corpus=corpus, scene=scene, voice=voice)


def _of_scene(model: SmartTurn, speaker: Speaker, *, corpus: str, scene: Scene, voice: str) -> Iterable[Opinion]:
    for number, turn in enumerate(scene.turns):
        audio = b""
        for part, text in enumerate(turn.texts):
            is_end = part == len(turn.texts) - 1
            audio += speaker(text, voice, is_end=is_end)
            finished = model.look(log_mel(audio + _SILENCE * _ASKED_AFTER, seconds=LISTENS_S))
            yield Opinion(
                corpus=corpus,
                scene=scene.name,
                language=scene.language,
                place=(number, part),
                is_end=is_end,
                finished=finished,
            )
            audio += b"" if is_end else _SILENCE * int(8000 * turn.pauses_s[part])


def auc(ends: Sequence[float], pauses: Sequence[float]) -> float:
    """The share of pairs in which the end has more; a tie is half of one."""
    wins = sum((end > pause) + (end == pause) / 2 for end in ends for pause in pauses)
    return wins / (len(ends) * len(pauses))


def drawn(all_of_them: Iterable[Opinion], right_of_100: int) -> list[Opinion]:
    """The opinions of a model that is right so often, whatever the sound."""
    chance = Random(7)
    return [
        Opinion(
            corpus=one.corpus,
            scene=one.scene,
            language=one.language,
            place=one.place,
            is_end=one.is_end,
            finished=0.95 if (chance.random() < right_of_100 / 100) == one.is_end else 0.05,
        )
        for one in all_of_them
    ]


def _heard_row(name: str, found: Sequence[Opinion]) -> tables.Row:
    ends = [one.finished for one in found if one.is_end]
    pauses = [one.finished for one in found if not one.is_end]
    shares = (
        100 * sum(value >= DONE_FROM for value in ends) / len(ends),
        100 * sum(value >= DONE_FROM for value in pauses) / len(pauses),
        100 * sum(value <= GOES_ON_TO for value in pauses) / len(pauses),
    )
    return (name, str(len(ends)), str(len(pauses)), tables.number(auc(ends, pauses), 2), *map(tables.number, shares))


def _taken_row(name: str, found: Sequence[Opinion], *, corpus: str) -> tables.Row:
    table = {(one.scene, *one.place): one.finished for one in found if one.corpus == corpus}
    verdict = None if not table else lambda scene, turn, part: table.get((scene, turn, part))
    return row(f"{name}, {corpus}", replay(scenes(corpus), policy=POLICY, voice=verdict))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn_model", description="How well a model hears.")
    parser.add_argument("model", help="auto, or the path of the weights")
    options = parser.parse_args()
    try:
        model = SmartTurn(find(options.model))
    except NoModel as reason:
        print(reason, file=sys.stderr)
        return 2
    print(Path(model.name).name)
    began = time.process_time()
    heard = {"simulated": list(opinions(model, simulated)), "espeak-ng": list(opinions(model, espeak))}
    count = sum(map(len, heard.values()))
    print(f"{1000 * (time.process_time() - began) / count:.0f} ms of a core each, with making the sound\n")
    rows: list[tables.Row] = [("voices", "ends", "pauses", "AUC", "ends done %", "pauses done %", "pauses go on %")]
    for name, found in heard.items():
        for language in ("es", "en"):
            rows.append(_heard_row(f"{name} {language}", [one for one in found if one.language == language]))
    print(tables.markdown(rows), "\n")
    taken: dict[str, list[Opinion]] = {"no model": [], **heard}
    taken |= {f"right {share} of 100": drawn(heard["simulated"], share) for share in (95, 85)}
    print(tables.markdown([HEAD, *(_taken_row(*one, corpus=corpus) for one in taken.items() for corpus in SCENES)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
