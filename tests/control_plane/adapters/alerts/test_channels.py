"""What stands in ALERT_CHANNELS."""

from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.alerts.channels import addresses

SECRET = "slack://T0/B0/a-secret-token"


def names(text: str) -> list[tuple[str, str]]:
    return [(each.channel.name, each.channel.kind) for each in addresses(text)]


def test_addresses_are_named_like_their_kind_or_as_the_operator_wishes() -> None:
    text = f"mailto://u:p@mx.example?to=a@b.example  night={SECRET}\njson://h/?a=b"
    assert names(text) == [("mailto", "mailto"), ("night", "slack"), ("json", "json")]
    assert [each.address for each in addresses(text)][1] == SECRET


def test_names_that_are_taken_get_a_number() -> None:
    assert names("json://a json://b json=slack://c/d/e") == [("json", "json"), ("json-2", "json"), ("json-3", "slack")]


def test_a_word_that_is_no_address_is_seen_but_never_shown() -> None:
    assert names("a-secret") == [("unreadable", "unreadable")]
    assert "a-secret" not in repr(addresses("a-secret"))


def test_nothing_is_no_channel() -> None:
    assert addresses("  ") == ()


def test_an_address_is_never_printed() -> None:
    assert "secret" not in repr(addresses(SECRET))


@given(st.text(alphabet="ab=:/-@ \n", max_size=40))
def test_whatever_is_written_every_word_is_one_channel_with_a_name_of_its_own(text: str) -> None:
    found = addresses(text)
    assert len(found) == len(text.split()) == len({each.channel.name for each in found})
