"""Everything about people who sign in, as one thing that the web layer reaches."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from control_plane.core.refusals import unknown
from control_plane.resources.crud import folded
from control_plane.resources.people.sessions import Client, Person
from control_plane.resources.people.sweep import sweep
from control_plane.resources.people.tables import User
from control_plane.services.people import rights
from control_plane.services.people.arrivals import Arrivals
from control_plane.services.people.codes import Codes
from control_plane.services.people.keys import Keys
from control_plane.services.people.parts import PeopleParts
from control_plane.services.people.passwords import Passwords
from control_plane.services.people.proof import Proof
from control_plane.services.people.sessions import Sessions
from control_plane.services.people.sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChange:
    """What somebody changes about themselves; None leaves it."""

    name: str | None = None
    language: str | None = None


class People:
    """All methods raise StoreUnavailable and Refused."""

    def __init__(self, parts: PeopleParts) -> None:
        proof = Proof(parts)
        self.parts = parts
        self.sessions = Sessions(parts)
        self.sign_ins = SignIn(parts, proof, sessions=self.sessions)
        self.passwords = Passwords(parts, proof, sessions=self.sessions)
        self.codes = Codes(parts, self.passwords, sessions=self.sessions)
        self.arrivals = Arrivals(parts, self.passwords, sessions=self.sessions, proof=proof)
        self.keys = Keys(parts)

    async def rename(self, person: Person, change: OwnChange, *, client: Client) -> Person:
        """Change what users say about themselves."""

        def work(session: Session) -> None:
            user = session.get(User, person.user_id)
            if user is None:
                raise unknown("user")
            user.name = user.name if change.name is None else change.name
            user.language = user.language if change.language is None else change.language
            user.words = folded(user.name, user.email)

        await self.parts.store.write(rights.of_person(person, client.address), work)
        await self.sessions.forget()
        found = await self.sessions.find(person.family_id)
        if found is None:
            raise unknown("user")
        return found

    async def forget(self) -> None:
        """Somebody's role, status or key has changed: look again. Here at once, elsewhere within seconds."""
        await self.sessions.forget()
        await self.keys.forget()

    async def sweep(self) -> int:
        """Forget what has run out, once a day; how many rows."""
        return await self.parts.store.across(sweep)
