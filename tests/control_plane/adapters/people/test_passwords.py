"""Passwords are hashed beside the loop, few at a time."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.people.passwords import ArgonPasswords, Profile
from control_plane.core.people.password_rules import LONGEST
from control_plane.ports.people import Overloaded

LIGHT = Profile(memory_kib=64, passes=1)


@pytest.fixture
async def passwords() -> AsyncIterator[ArgonPasswords]:
    it = ArgonPasswords(LIGHT)
    yield it
    await it.aclose()


async def test_a_password_is_known_again(passwords: ArgonPasswords) -> None:
    hashed = await passwords.hash("tres tristes tigres")
    assert hashed.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await passwords.verify("tres tristes tigres", hashed)
    assert not await passwords.verify("tres tristes tigre", hashed)


async def test_two_hashes_of_one_password_differ(passwords: ArgonPasswords) -> None:
    assert await passwords.hash("tres tristes tigres") != await passwords.hash("tres tristes tigres")


async def test_the_same_letters_from_another_keyboard_are_the_same_password(passwords: ArgonPasswords) -> None:
    hashed = await passwords.hash("contraseña-larga")
    assert await passwords.verify("contrasen\u0303a-larga", hashed)


async def test_nobody_has_no_password_but_costs_as_much(
    passwords: ArgonPasswords, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    matches = passwords._matches

    def counted(content: bytes, hashed: str, *, nobody: str) -> bool:
        compared.append(hashed or nobody)
        return matches(content, hashed, nobody=nobody)

    monkeypatch.setattr(passwords, "_matches", counted)
    assert not await passwords.verify("tres tristes tigres", "")
    assert [hashed.partition("$v=")[0] for hashed in compared] == ["$argon2id"]


@pytest.mark.parametrize("hashed", ["x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_what_is_no_hash_matches_nothing_and_is_made_anew(passwords: ArgonPasswords, hashed: str) -> None:
    assert not await passwords.verify("tres tristes tigres", hashed)
    assert passwords.needs_rehash(hashed)


async def test_a_hash_of_other_cost_is_still_known_and_made_anew(passwords: ArgonPasswords) -> None:
    heavier = ArgonPasswords(Profile(memory_kib=128, passes=2))
    hashed = await heavier.hash("tres tristes tigres")
    await heavier.aclose()
    assert await passwords.verify("tres tristes tigres", hashed)
    assert passwords.needs_rehash(hashed)
    assert not heavier.needs_rehash(hashed)


async def test_nobody_makes_us_hash_a_book(passwords: ArgonPasswords) -> None:
    with pytest.raises(ValueError, match="too long"):
        await passwords.hash("x" * (LONGEST + 1))
    assert not await passwords.verify("x" * (LONGEST + 1), await passwords.hash("x" * LONGEST))


async def test_halves_of_characters_are_no_password(passwords: ArgonPasswords) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        await passwords.hash("tres \ud800 tristes")
    assert not await passwords.verify("tres \ud800 tristes", await passwords.hash("tres tristes"))


async def test_when_too_many_wait_the_next_is_refused_and_room_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = ArgonPasswords(LIGHT, threads=1, waiting=1)
    hashed = await passwords.hash("tres tristes tigres")
    gate, threads = threading.Event(), set[str]()

    def held(content: bytes, hashed: str, *, nobody: str) -> bool:
        threads.add(threading.current_thread().name)
        return gate.wait(30)

    monkeypatch.setattr(passwords, "_matches", held)
    two = [asyncio.ensure_future(passwords.verify("a", hashed)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await passwords.verify("a", hashed)
    gate.set()
    assert await asyncio.gather(*two) == [True, True]
    assert await passwords.verify("a", hashed)
    assert threads == {"passwords_0"}
    await passwords.aclose()


async def test_who_goes_away_gives_his_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = ArgonPasswords(LIGHT, threads=1, waiting=1)
    gate = threading.Event()
    monkeypatch.setattr(passwords, "_matches", lambda *_, **__: gate.wait(30))
    two = [asyncio.ensure_future(passwords.verify("a", "x")) for _ in range(2)]
    await asyncio.sleep(0)
    two[1].cancel()
    await asyncio.gather(two[1], return_exceptions=True)
    third = asyncio.ensure_future(passwords.verify("a", "x"))
    gate.set()
    assert await third
    await asyncio.gather(*two, return_exceptions=True)
    await passwords.aclose()


def test_the_house_profile_is_the_advised_one() -> None:
    assert Profile() == Profile(memory_kib=19456, passes=2, lanes=1)
