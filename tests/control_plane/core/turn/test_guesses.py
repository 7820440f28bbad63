"""Speculation: when a reply is made ready ahead of the decision."""

from control_plane.core.turn.commands import Commit, Speculate, TurnCommand, Withdraw
from control_plane.core.turn.events import (
    DigitPressed,
    EagerEnd,
    FinalHeard,
    InterimHeard,
    SpeechStarted,
    SpeechStopped,
)
from control_plane.core.turn.guesses import same_words
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy, Waits

HUSH = SpeechStopped(silent_s=0.16)


def guessing(**more: int) -> TurnMachine:
    waits = Waits(complete_s=0.6, unclear_s=1.0, open_s=1.6)
    policy = TurnPolicy(endpointing=EndpointingKind.SEMANTIC, waits=waits, **{"speculations": 3, **more})
    return TurnMachine(policy)


def final(text: str) -> FinalHeard:
    return FinalHeard(text=text, ends_speech=False)


def said(machine: TurnMachine, text: str, *, until: float) -> list[TurnCommand]:
    commands: list[TurnCommand] = []
    for event, at in ((SpeechStarted(), until - 1), (HUSH, until + 0.16), (final(text), until + 0.21)):
        commands += machine.handle(event, at)
    return commands


def test_a_reply_is_made_ready_while_one_still_waits() -> None:
    machine = guessing()
    assert said(machine, "Quiero una cita.", until=5) == [Speculate(text="Quiero una cita.")]
    assert machine.tick(6.0) == (Commit(text="Quiero una cita."),)


def test_an_unfinished_sentence_is_not_worth_it() -> None:
    assert said(guessing(), "Quiero una cita para", until=5) == []


def test_a_caller_who_goes_on_makes_it_useless() -> None:
    machine = guessing()
    said(machine, "Quiero una cita.", until=5)
    assert machine.handle(SpeechStarted(), 5.5) == (Withdraw(),)
    assert said(machine, "Para mañana.", until=7) == [Speculate(text="Quiero una cita. Para mañana.")]


def test_a_settled_interim_is_enough_and_its_final_says_the_same() -> None:
    machine = guessing()
    machine.handle(SpeechStarted(), 4)
    assert machine.handle(InterimHeard(text="quiero una"), 4.9) == ()
    assert machine.handle(HUSH, 5.16) == ()
    assert machine.handle(InterimHeard(text="quiero una cita"), 5.2) == (Speculate(text="quiero una cita"),)
    assert machine.handle(final("Quiero una cita."), 5.3) == ()


def test_the_recogniser_may_be_eager_itself() -> None:
    machine = guessing()
    machine.handle(SpeechStarted(), 4)
    machine.handle(HUSH, 5.16)
    assert machine.handle(EagerEnd(text="¿Están abiertos?"), 5.2) == (Speculate(text="¿Están abiertos?"),)


def test_there_are_so_many_tries_in_one_turn() -> None:
    machine = guessing(speculations=2)
    tries = [command for n in range(4) for command in said(machine, f"Quiero {n} citas.", until=5 + n * 1.15)]
    assert sum(isinstance(command, Speculate) for command in tries) == 2


def test_none_are_made_where_none_are_wanted() -> None:
    assert said(guessing(speculations=0), "Quiero una cita.", until=5) == []


def test_keys_are_never_guessed() -> None:
    machine = guessing()
    assert machine.handle(DigitPressed(digit="1"), 5) == ()


def test_words_are_the_same_whatever_their_punctuation() -> None:
    assert same_words("¿Sí, mañana?", ("sí", "mañana"))
    assert not same_words("sí", None)
    assert not same_words("el carro", ("el", "caro"))
    assert not same_words("son 2-3", ("son", "23"))
    assert not same_words("a -5 grados", ("a", "5", "grados"))
    assert not same_words("", ())
