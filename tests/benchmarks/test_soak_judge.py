"""When a soak test complains, judged on drawn figures."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.soak_census import Census
from benchmarks.soak_judge import PER_CALL, kept, left_over, risen, slope
from benchmarks.soak_kinds import GOODBYE, KINDS, TURNED_AWAY, Mix
from benchmarks.soak_play import Played

LIVE_CALL = "control_plane.services.calls.live.LiveCall"
EMPTY = Census(calls=0, rss=2 * 10**8, uss=10**8, malloc=10**7, blocks=10**6, fds=50, sockets=20, threads=10)
KIND = next(kind for kind in KINDS if kind.name == "says goodbye")


def looks(**per_call: float) -> list[Census]:
    """One after each hundred calls; so much more of each with each call."""
    return [
        replace(
            EMPTY, calls=calls, **{name: getattr(EMPTY, name) + int(more * calls) for name, more in per_call.items()}
        )
        for calls in range(150, 1151, 100)
    ]


@pytest.mark.parametrize("name", PER_CALL)
def test_what_rises_with_each_call_is_told_and_what_stays_is_not(name: str) -> None:
    assert risen(looks()) == []
    assert [told.split()[0] for told in risen(looks(**{name: PER_CALL[name] * 1.5}))] == [name]


def test_one_look_at_a_bad_moment_decides_nothing() -> None:
    noisy = looks()
    noisy[5] = replace(noisy[5], rss=noisy[5].rss * 2)
    noisy[-1] = replace(noisy[-1], uss=noisy[-1].uss * 2)
    assert risen(noisy) == []


def test_what_is_filled_up_in_the_first_half_is_let_pass() -> None:
    filled = [replace(look, malloc=EMPTY.malloc + min(look.calls, 500) * 10_000) for look in looks()]
    assert risen(filled) == []


def test_the_slope_is_that_of_the_middle_pair() -> None:
    assert slope([0, 1, 2, 3], [0.0, 10.0, 20.0, 30.0]) == 10.0
    assert slope([0, 1, 2, 3, 4, 5], [0.0, 1.0, 2.0, 300.0, 4.0, 5.0]) == 1.0
    assert slope([1], [1.0]) == 0.0


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"fds": 60}, "fds: 50 to 60"),
        ({"sockets": 40}, "sockets: 20 to 40"),
        ({"tasks": {"StreamListener._serve": 11}}, "tasks of StreamListener._serve: 0 to 11"),
        ({"blocks": 10**6 + 30_000}, "blocks grow by 30 a call"),
        ({"types": {LIVE_CALL: 7}}, f"{LIVE_CALL}: 0 to 7"),
    ],
)
def test_what_does_not_come_back_is_told(more: dict[str, Any], told: str) -> None:
    [sentence] = kept([EMPTY, replace(EMPTY, calls=1000, **more)])
    assert sentence in (told, f"{told} after 1000 calls")


def test_what_comes_and_goes_and_what_is_not_ours_is_let_pass() -> None:
    later = replace(EMPTY, calls=1000, fds=52, types={"builtins.dict": 900}, tasks={"watch_loop": 1})
    assert kept([EMPTY, later]) == []


def test_rows_and_files_that_should_be_gone_are_told() -> None:
    look = replace(EMPTY, rows={"live calls": 2, "runs that are due": 0}, files={"spool": 1, "blobs/recordings": 400})
    assert left_over(look) == ["live calls: 2", "files in spool: 1"]


@pytest.mark.parametrize(
    ("played", "wrong"),
    [
        ({"ending": GOODBYE}, ""),
        ({"ending": TURNED_AWAY}, ""),
        ({"ending": ("failed", "")}, "ended with ('failed', '')"),
        ({"ending": ("", ""), "state": "talking", "ended_at": None}, "is stuck in talking"),
        ({"ending": GOODBYE, "records": 2}, "has 2 records"),
        ({"ending": ("", ""), "records": 0}, "has 0 records"),
    ],
)
def test_a_call_has_one_record_that_tells_how_it_ended(played: dict[str, Any], wrong: str) -> None:
    cause, reason = played["ending"]
    record = {"state": played.get("state", "ended"), "ended_at": played.get("ended_at", 1.0)}
    one = Played(
        kind=KIND, records=played.get("records", 1), record={**record, "hangup_cause": cause, "reason": reason}
    )
    assert one.wrong == wrong


def test_who_must_not_be_called_is_called_all_the_same() -> None:
    forbidden = next(kind for kind in KINDS if kind.refused)
    assert Played(kind=forbidden, refused="do_not_call").wrong == ""
    assert Played(kind=forbidden, records=1).wrong.startswith("was not refused")


def test_a_deck_has_as_many_of_each_kind_as_it_weighs() -> None:
    deck = Mix(kinds=KINDS).draw(sum(kind.weight for kind in KINDS))
    assert {kind.name: deck.count(kind) for kind in KINDS} == {kind.name: kind.weight for kind in KINDS}
    assert Mix(kinds=KINDS).draw(100) == Mix(kinds=KINDS).draw(100)
