"""Which passwords are taken, and why the others are not."""

import pytest

from control_plane.core.people.password_rules import LONGEST, OFTEN, Weakness, normalised, weaknesses


@pytest.mark.parametrize(
    "password",
    [
        *(
            "tres tristes tigres",
            "correct horse battery staple",
            "Xk9#mPq2vL",
            "ñandúes en la pampa",
            "密码是一个很长的句子吧",
        ),
        *("x" * 3 + "verylongword" * 1, "colombia-gana-el-mundial", "my password is a long one"),
    ],
)
def test_long_and_unusual_ones_are_taken(password: str) -> None:
    assert weaknesses(password, email="ana.perez@example.com", name="Ana Pérez") == ()


def test_length_counts_in_characters_of_the_one_form() -> None:
    assert weaknesses("cañón-9wz") == (Weakness.TOO_SHORT,)
    assert weaknesses("cañón-9wzq") == ()
    assert weaknesses("can\u0303o\u0301n-9wz") == (Weakness.TOO_SHORT,)
    assert weaknesses("kz" + "vqx " * 49) == ()
    assert weaknesses("q" * LONGEST + "z") == (Weakness.TOO_LONG,)


def test_the_same_letters_from_other_keyboards_are_the_same_password() -> None:
    assert normalised("contrasen\u0303a") == normalised("contraseña") == "contrase\u00f1a"
    assert normalised("\uff41\uff42\uff43") == "abc"


@pytest.mark.parametrize(
    "password",
    [
        *("password123!", "P@ssw0rd2024", "$ecreto2026", "contraseña1", "Contrasen4!", "CONTRASEÑA", "Bienvenido2026"),
        *("1234567890", "0987654321", "qwertyuiop", "asdfghjkl1", "12345678901234", "abcdefghij", "zyxwvutsrqp"),
        *("aaaaaaaaaa", "abcabcabcabc", "holaholahola", "teamomucho", "¡Te amo mucho!", "1qaz2wsx3edc", "realmadrid10"),
        *("Colombia.2026", "pass1word2!", "centralita1"),
    ],
)
def test_what_is_tried_first_is_not_taken(password: str) -> None:
    assert Weakness.COMMON in weaknesses(password)


@pytest.mark.parametrize(
    "password", ["ana.perez@example.com", "Ana.Perez99", "anaperez2026!", "2026-example", "4n4.p3r3z12"]
)
def test_the_address_is_no_password(password: str) -> None:
    assert Weakness.LIKE_EMAIL in weaknesses(password, email="ana.perez@example.com")


@pytest.mark.parametrize("password", ["Inmaculada1", "inmaculada-gutiérrez", "Gutierrez2026", "INMACULADA GUTIERREZ"])
def test_the_name_is_no_password(password: str) -> None:
    assert weaknesses(password, name="Inmaculada Gutiérrez") == (Weakness.LIKE_NAME,)


def test_without_address_and_name_nothing_is_like_them() -> None:
    assert weaknesses("8273-1946-55", email="", name="") == ()
    assert weaknesses("8273-1946-55", email="1@2.3", name="4") == ()


@pytest.mark.parametrize("password", ["tres\x00tristes tigres", "tres\ttristes tigres", "tres \ud800 tristes tigres"])
def test_what_no_keyboard_writes_is_not_taken(password: str) -> None:
    assert weaknesses(password) == (Weakness.UNREADABLE,)


def test_all_that_speaks_against_it_is_told_in_a_fixed_order() -> None:
    assert weaknesses("ana1", email="ana@example.com", name="Ana") == (
        Weakness.TOO_SHORT,
        Weakness.LIKE_EMAIL,
        Weakness.LIKE_NAME,
    )
    assert weaknesses("") == (Weakness.TOO_SHORT,)


def test_the_list_is_written_in_the_form_in_which_it_is_looked_up() -> None:
    assert len(OFTEN) >= 100
    assert all(word.isascii() and word.islower() and word.isalpha() for word in OFTEN)


def test_reasons_are_stable() -> None:
    assert [str(weakness) for weakness in Weakness] == [
        *("too_short", "too_long", "unreadable", "like_email", "like_name", "common"),
    ]
