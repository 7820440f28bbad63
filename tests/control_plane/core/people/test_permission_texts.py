"""Every permission is explained, in both languages."""

from control_plane.core.people.permission_texts import MEANINGS, table
from control_plane.core.people.permissions import ALL, PERMISSIONS, Role


def test_every_permission_is_explained_once_in_both_languages() -> None:
    assert sorted(meaning.name for meaning in MEANINGS) == sorted(ALL)
    assert all(meaning.en and meaning.es and meaning.en != meaning.es for meaning in MEANINGS)
    for words in ([meaning.en for meaning in MEANINGS], [meaning.es for meaning in MEANINGS]):
        assert len(words) == len(set(words))


def test_the_table_says_what_each_role_may() -> None:
    assert {role: frozenset(names) for role, names in table().items()} == PERMISSIONS
    assert table()[Role.VIEWER][0] == "analytics:read"
