"""The worst ten seconds: found wherever they are, the same as by looking at every window."""

import random

from control_plane.core.audio.ear_worst import WEIGHTS, Blemish, Kind, worst_of

WINDOW = 10_000


def plainly(blemishes: list[Blemish], begin: int) -> float:
    return sum(
        WEIGHTS[each.kind] * max(0, min(each.end, begin + WINDOW) - max(each.start, begin)) for each in blemishes
    )


def test_a_call_without_a_blemish_has_no_worst_stretch() -> None:
    assert worst_of([], start=0, end=60_000, window=WINDOW) is None


def test_the_stretch_has_its_blemish_in_the_middle() -> None:
    worst = worst_of([Blemish(kind="dead_air", start=30_000, end=33_000)], start=0, end=60_000, window=WINDOW)
    assert worst is not None
    assert (worst.start, worst.end, worst.score) == (26_500, 36_500, 3000)


def test_a_short_call_is_its_own_worst_stretch() -> None:
    worst = worst_of([Blemish(kind="late", start=3000, end=4000, whole=2000)], start=500, end=6000, window=WINDOW)
    assert worst is not None
    assert (worst.start, worst.end) == (500, 6000)
    assert [(reason.kind, reason.count, reason.longest) for reason in worst.reasons] == [("late", 1, 2000)]


def test_two_blemishes_near_each_other_are_worse_than_a_longer_one_alone() -> None:
    near = [Blemish(kind="dead_air", start=at, end=at + 2500) for at in (50_000, 55_000)]
    alone = Blemish(kind="dead_air", start=10_000, end=14_000)
    worst = worst_of([alone, *near], start=0, end=90_000, window=WINDOW)
    assert worst is not None
    assert worst.start <= 50_000 < 57_500 <= worst.end
    assert worst.reasons[0].count == 2


def test_the_worst_reason_comes_first() -> None:
    worst = worst_of(
        [Blemish(kind="late", start=0, end=500), Blemish(kind="talk_over", start=1000, end=3000)],
        start=0,
        end=20_000,
        window=WINDOW,
    )
    assert worst is not None
    assert [reason.kind for reason in worst.reasons] == ["talk_over", "late"]


def test_no_window_is_worse_than_the_one_found() -> None:
    random.seed(3)
    all_kinds: list[Kind] = list(WEIGHTS)
    for _ in range(50):
        blemishes = []
        for _ in range(random.randint(1, 12)):
            begin = random.randrange(0, 55_000, 20)
            blemishes.append(
                Blemish(kind=random.choice(all_kinds), start=begin, end=begin + random.randrange(20, 4000, 20))
            )
        worst = worst_of(blemishes, start=0, end=60_000, window=WINDOW)
        assert worst is not None
        best = max(plainly(blemishes, begin) for begin in range(0, 50_001, 20))
        assert abs(worst.score - best) <= 1
        assert abs(plainly(blemishes, worst.start) - best) <= 1


def test_what_does_not_fit_is_heard_from_the_beginning_of_the_first() -> None:
    both = [Blemish(kind="dead_air", start=at, end=at + 4000) for at in (20_000, 28_000)]
    worst = worst_of(both, start=0, end=60_000, window=WINDOW)
    assert worst is not None
    assert worst.start == 20_000


def test_a_blemish_without_length_is_none() -> None:
    assert worst_of([Blemish(kind="late", start=500, end=500)], start=0, end=60_000, window=WINDOW) is None
