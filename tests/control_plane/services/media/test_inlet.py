"""The buffer between socket and work."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from control_plane.services.media.inlet import Inlet

VIRTUAL_TIME = True


async def test_what_was_put_is_taken_at_once_and_in_order() -> None:
    inlet = Inlet()
    inlet.put("a")
    inlet.put(b"b")
    assert await inlet.take() == ["a", b"b"]
    assert inlet.dropped == 0


async def test_taking_waits_for_a_message() -> None:
    inlet = Inlet()
    asyncio.get_running_loop().call_later(1, inlet.put, "a")
    async with asyncio.timeout(2):
        assert await inlet.take() == ["a"]


async def test_a_full_inlet_drops_the_oldest_and_counts() -> None:
    inlet = Inlet(limit=2)
    for message in "abcd":
        inlet.put(message)
    assert await inlet.take() == ["c", "d"]
    assert inlet.dropped == 2


async def test_after_closing_the_rest_can_be_taken_and_then_nothing() -> None:
    inlet = Inlet()
    inlet.put("a")
    inlet.close()
    assert [await inlet.take(), await inlet.take(), await inlet.take()] == [["a"], [], []]


async def test_closing_wakes_who_waits() -> None:
    inlet = Inlet()
    asyncio.get_running_loop().call_later(1, inlet.close)
    async with asyncio.timeout(2):
        assert await inlet.take() == []


async def test_an_emptied_inlet_waits_again() -> None:
    inlet = Inlet()
    inlet.put("a")
    await inlet.take()
    asyncio.get_running_loop().call_later(1, inlet.put, "b")
    async with asyncio.timeout(2):
        assert await inlet.take() == ["b"]


@given(st.lists(st.none() | st.integers(1, 9), max_size=40), st.integers(1, 5))
def test_nothing_is_lost_but_what_is_counted(script: list[int | None], limit: int) -> None:
    """A number puts so many messages, None takes."""

    async def play() -> None:
        inlet, put, taken = Inlet(limit), 0, 0
        for step in [*script, None]:
            for _ in range(step or 0):
                inlet.put(str(put))
                put += 1
            if step is None and put > taken + inlet.dropped:
                messages = await inlet.take()
                assert messages == [str(number) for number in range(put - len(messages), put)]
                assert len(messages) <= limit
                taken += len(messages)
        assert put == taken + inlet.dropped

    asyncio.run(play())
