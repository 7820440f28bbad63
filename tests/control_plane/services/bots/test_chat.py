"""Trying bots out in writing: whom too many chats shut out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest

from control_plane.core.dialogue import Message
from control_plane.ports.brain import TextDelta
from control_plane.resources.bots.maria import MARIA
from control_plane.services.bots import chat as chats
from control_plane.services.bots.chat import MAX_OPEN_OF_TENANT, BotChat, ChatsFull, Token
from control_plane.testing.brains import FakeBrain, says
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True

HELLO = (Message(role="caller", text="Hola"),)


class Room:
    """Chats that have begun and do not end."""

    def __init__(self) -> None:
        self.brain = FakeBrain()
        self.chat = BotChat(self.brain, transfer_number="", clock=LoopClock())
        self.stack = AsyncExitStack()

    async def begin(self, tenant_id: str) -> None:
        self.brain.add([TextDelta("Ho"), asyncio.Event(), *says("la.")])
        reply = self.chat.reply(MARIA, HELLO, tenant_id=tenant_id)
        await self.stack.enter_async_context(aclosing(reply))
        assert await anext(reply) == Token("Ho")


@pytest.fixture
async def it() -> AsyncIterator[Room]:
    room = Room()
    async with room.stack:
        yield room


async def test_a_tenant_with_its_share_of_chats_shuts_out_itself_alone(it: Room) -> None:
    for _ in range(MAX_OPEN_OF_TENANT):
        await it.begin("acme")
    with pytest.raises(ChatsFull):
        await it.begin("acme")
    await it.begin("zeta")


async def test_a_chat_that_has_ended_makes_room_for_the_next(it: Room) -> None:
    for _ in range(MAX_OPEN_OF_TENANT):
        await it.begin("acme")
    await it.stack.aclose()
    await it.begin("acme")


async def test_all_tenants_together_have_no_more_than_the_process_writes(
    it: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "MAX_OPEN", 2)
    await it.begin("acme")
    await it.begin("zeta")
    with pytest.raises(ChatsFull):
        await it.begin("omega")
