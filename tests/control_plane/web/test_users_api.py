"""People of a tenant: invited, changed, signed out, removed, and never without an owner."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.people.permissions import ALL, PERMISSIONS, Role
from control_plane.core.refusals import Refused
from control_plane.ports.errors import Rejected, Unavailable
from control_plane.resources.people.tables import OneTimeLink
from control_plane.resources.users import USERS, UserInviteIn, sign_out
from control_plane.services.business import Change
from control_plane.services.staff import invitations
from tests.gateways import HERE, Served, served
from tests.staff import Letters, ended, signed_in, somebody, stored, tenant

ANA = {"email": "Ana@Example.com", "name": "Ana Ruiz", "role": "agent"}
LINK = re.compile(r"https://gateway\.example/accept-invitation#(\S+)")


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
async def it(tmp_path: Path, database_url: str, letters: Letters) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url, parts={"mail": letters}) as gateway:
        yield gateway


async def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, await answer.get_data(as_text=True)
    return await answer.get_json() if status != 204 else None


async def change(it: Served, user_id: str, expected: int = 200, /, **fields: Any) -> Any:
    return await body(await it._ask("PATCH", f"/api/users/{user_id}", client=HERE, json=fields), expected)


async def test_an_invitation_makes_a_user_and_mails_a_link_that_is_in_no_answer(it: Served, letters: Letters) -> None:
    answer = await it.post("/api/users/invite", json=ANA)
    made = await body(answer, 201)
    assert (made["email"], made["status"], made["role"], made["totp"]) == ("ana@example.com", "invited", "agent", False)
    assert answer.headers["Location"] == f"/api/users/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    letter = await letters.next()
    token = LINK.search(letter.text)
    assert token is not None
    assert letter.to == "ana@example.com"
    assert letter.subject == "Invitación a Centralita"
    assert token[1] not in str(made)
    token_hash = it.gateway.key_ring._secrets.hash_of(token[1])
    link = await it.gateway.business._store.across(lambda session: session.get_one(OneTimeLink, token_hash))
    assert (link.kind, link.user_id, link.tenant_id) == ("invite", made["id"], "default")
    assert link.expires_at - link.created_at == 7 * 86_400
    assert (await body(await it.get(f"/api/users/{made['id']}"))) == made


async def test_a_letter_speaks_the_language_of_its_reader(it: Served, letters: Letters) -> None:
    await it.post("/api/users/invite", json={**ANA, "language": "en"})
    assert (await letters.next()).subject == "Invitation to Centralita"


async def test_a_second_invitation_takes_the_place_of_the_first(it: Served, letters: Letters) -> None:
    made = await body(await it.post("/api/users/invite", json=ANA), 201)
    first = LINK.search((await letters.next()).text)
    await body(await it.post(f"/api/users/{made['id']}/invite"))
    second = LINK.search((await letters.next()).text)
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    hashes = [it.gateway.key_ring._secrets.hash_of(found[1]) for found in (first, second)]
    used = await it.gateway.business._store.across(
        lambda session: [session.get_one(OneTimeLink, each).used_at for each in hashes]
    )
    assert used[0] is not None
    assert used[1] is None


async def test_who_has_accepted_is_not_invited_again(it: Served) -> None:
    user_id = await stored(it)
    assert (await body(await it.post(f"/api/users/{user_id}/invite"), 409))["code"] == "not_invited"
    assert (await body(await it.post("/api/users/nobody/invite"), 404))["code"] == "unknown_user"


async def test_an_address_is_taken_in_the_same_words_here_and_elsewhere(it: Served) -> None:
    await tenant(it, "other")
    await body(await it.post("/api/users/invite", json=ANA), 201)
    here = await body(await it.post("/api/users/invite", json=ANA), 409)
    with pytest.raises(Refused) as elsewhere:
        await it.gateway.invitations.invite(somebody(tenant_id="other"), UserInviteIn.model_validate(ANA))
    assert here["code"] == elsewhere.value.code == "email_taken"
    assert here.get("detail", "") == elsewhere.value.detail


@pytest.mark.parametrize(
    "fields",
    [{"email": "no address"}, {"role": "king"}, {"name": " "}, {"language": "fr"}, {"password": "x"}],
)
async def test_an_invitation_that_makes_no_sense_is_refused(it: Served, fields: dict[str, Any]) -> None:
    assert (await body(await it.post("/api/users/invite", json={**ANA, **fields}), 422))["code"] == "invalid"


async def test_nobody_invites_to_a_role_above_their_own(it: Served) -> None:
    wanted = UserInviteIn.model_validate({**ANA, "role": "owner"})
    for role in (Role.ADMIN, Role.AGENT):
        with pytest.raises(Refused, match="does not reach"):
            await it.gateway.invitations.invite(somebody(role), wanted)


async def test_letters_are_tried_again_but_not_to_addresses_that_are_none(
    it: Served, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "AGAIN_S", (0.0,))
    letters.faults = [Unavailable("mail", "away")]
    await it.post("/api/users/invite", json=ANA)
    await letters.next()
    letters.faults = [Rejected("mail", "no address")]
    await it.gateway.invitations._send(letters.sent[0])
    letters.faults = [Unavailable("mail", "away")] * 2
    await it.gateway.invitations._send(letters.sent[0])
    assert len(letters.sent) == 1


async def test_a_list_finds_people_by_role_status_and_words(it: Served) -> None:
    await body(await it.post("/api/users/invite", json=ANA), 201)
    owner = await stored(it)
    assert [user["id"] for user in (await body(await it.get("/api/users?role=owner")))["items"]] == [owner]
    assert [user["name"] for user in (await body(await it.get("/api/users?status=invited")))["items"]] == ["Ana Ruiz"]
    assert [user["name"] for user in (await body(await it.get("/api/users?q=ruiz")))["items"]] == ["Ana Ruiz"]
    assert (await body(await it.get("/api/users?role=king"), 422))["code"] == "invalid"


async def test_a_user_is_changed_and_the_log_says_by_whom(it: Served) -> None:
    user_id = await stored(it, role="viewer")
    changed = await change(it, user_id, name="Ana María", role="admin", language="en")
    assert (changed["name"], changed["role"], changed["language"]) == ("Ana María", "admin", "en")
    assert [user["id"] for user in (await body(await it.get("/api/users?q=maria")))["items"]] == [user_id]
    entries = await body(await it.get(f"/api/audit?resource=users&row_id={user_id}"))
    assert entries["items"][0]["after"] == {"name": "Ana María", "role": "admin", "language": "en"}
    for fields in ({}, {"status": "invited"}, {"email": "other@example.com"}):
        assert (await change(it, user_id, 422, **fields))["code"] == "invalid"


async def test_disabling_ends_sessions_at_once(it: Served) -> None:
    await stored(it)
    user_id = await stored(it)
    family_id = await signed_in(it, user_id)
    assert (await change(it, user_id, status="disabled"))["status"] == "disabled"
    assert await ended(it, family_id) == "disabled"
    assert (await change(it, user_id, status="active"))["status"] == "active"


async def test_nobody_becomes_active_without_a_password_of_their_own(it: Served, letters: Letters) -> None:
    made = await body(await it.post("/api/users/invite", json=ANA), 201)
    token = LINK.search((await letters.next()).text)
    assert token is not None
    await change(it, made["id"], status="disabled")
    token_hash = it.gateway.key_ring._secrets.hash_of(token[1])
    link = await it.gateway.business._store.across(lambda session: session.get_one(OneTimeLink, token_hash))
    assert link.used_at is not None
    assert (await change(it, made["id"], status="active"))["status"] == "invited"


async def test_somebody_is_signed_out_everywhere_and_the_log_says_so(it: Served) -> None:
    user_id = await stored(it)
    family_id = await signed_in(it, user_id)
    await body(await it.post(f"/api/users/{user_id}/sign-out"), 204)
    assert await ended(it, family_id) == "logout_everywhere"
    (entry,) = (await body(await it.get("/api/audit?action=sign_out")))["items"]
    assert (entry["row_id"], entry["after"]) == (user_id, {"sessions": 1})


async def test_the_last_owner_stays(it: Served) -> None:
    user_id = await stored(it)
    await stored(it, status="disabled")
    for fields in ({"role": "admin"}, {"status": "disabled"}):
        assert (await change(it, user_id, 409, **fields))["code"] == "last_owner"
    answer = await it._ask("DELETE", f"/api/users/{user_id}", client=HERE)
    assert (await body(answer, 409))["code"] == "last_owner"
    await stored(it)
    await body(await it._ask("DELETE", f"/api/users/{user_id}", client=HERE), 204)
    assert (await it.get(f"/api/users/{user_id}")).status_code == 404


async def test_of_two_owners_who_remove_each_other_one_stays(it: Served) -> None:
    ids = [await stored(it) for _ in range(2)]
    business = it.gateway.business
    outcomes = await asyncio.gather(
        *(
            business.delete(somebody(user_id=other), USERS, row_id=one, version=None)
            for one, other in (ids, reversed(ids))
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(outcome, "code", "gone") for outcome in outcomes) == ["gone", "last_owner"]


async def test_nobody_changes_their_own_role_or_shuts_themselves_out(it: Served) -> None:
    await stored(it)
    me = somebody(user_id=await stored(it))
    business = it.gateway.business
    for fields in ({"role": Role.ADMIN}, {"status": "disabled"}):
        with pytest.raises(Refused) as refused:
            await business.update(me, USERS, change=Change(row_id=me.id, fields=fields, version=None))
        assert refused.value.code == "not_yourself"
    with pytest.raises(Refused):
        await business.delete(me, USERS, row_id=me.id, version=None)
    own, _ = await business.update(me, USERS, change=Change(row_id=me.id, fields={"name": "Me"}, version=None))
    assert own.model_dump()["name"] == "Me"


async def test_admins_do_not_touch_owners(it: Served) -> None:
    await stored(it)
    user_id = await stored(it)
    admin = somebody(Role.ADMIN, user_id="somebody else")
    business = it.gateway.business
    for fields in ({"role": Role.VIEWER}, {"status": "disabled"}):
        with pytest.raises(Refused) as refused:
            await business.update(admin, USERS, change=Change(row_id=user_id, fields=fields, version=None))
        assert refused.value.code == "not_allowed"
    with pytest.raises(Refused):
        await business.delete(admin, USERS, row_id=user_id, version=None)
    with pytest.raises(Refused):
        await business.act(admin, lambda session: sign_out(session, user_id))


async def test_the_people_of_another_tenant_do_not_exist(it: Served) -> None:
    await tenant(it, "other")
    theirs = await stored(it, tenant_id="other")
    family_id = await signed_in(it, theirs)
    assert (await it.get(f"/api/users/{theirs}")).status_code == 404
    await change(it, theirs, 404, name="Mine")
    await body(await it.post(f"/api/users/{theirs}/sign-out"), 404)
    await body(await it.post(f"/api/users/{theirs}/invite"), 404)
    await body(await it._ask("DELETE", f"/api/users/{theirs}", client=HERE), 404)
    assert await ended(it, family_id) == ""
    assert (await body(await it.get("/api/users")))["items"] == []


def test_only_owners_and_admins_see_people() -> None:
    allowed = {role for role in Role if "users:read" in PERMISSIONS[role]}
    assert allowed == {role for role in Role if PERMISSIONS[role] == ALL} == {Role.OWNER, Role.ADMIN}
