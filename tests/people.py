"""People of a gateway under test: made at once, signed in as programs and as browsers."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Final

from sqlalchemy.orm import Session

from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.resources.audit import AuditEntry
from control_plane.resources.people import accounts
from control_plane.resources.people.accounts import NewUser
from tests.gateways import ELSEWHERE, Served

PASSWORD: Final = "tres gatos verdes 7"
OTHER_PASSWORD: Final = "cuatro perros azules 8"
ANA: Final = "ana@clinica.example"
PAGE: Final = {"host": "centralita.example", "origin": "https://centralita.example", "x-forwarded-proto": "https"}


async def user(it: Served, email: str = ANA, *, role: str = "owner", tenant: str = DEFAULT_TENANT) -> str:
    """Somebody with PASSWORD, in the installation's own company or another that is there; the id."""
    hashed = await it.gateway.people.passwords.checked(PASSWORD, email=email, name="")
    new = NewUser(tenant_id=tenant, email=email, name="Ana Ruiz", role=role, password_hash=hashed)
    return str(await it.gateway.people.parts.store.across(lambda session: accounts.add(session, new).id))


async def company(it: Served, name: str = "Otra") -> str:
    """Another tenant; its id."""
    return await it.gateway.people.parts.store.across(
        lambda session: accounts.found_company(session, name, language="es")
    )


async def deeds(it: Served) -> list[str]:
    """What the audit log holds about people, in order."""

    def work(session: Session) -> list[str]:
        rows = session.query(AuditEntry).filter(AuditEntry.resource == "users").order_by(AuditEntry.at, AuditEntry.id)
        return [row.action for row in rows]

    return await it.gateway.people.parts.store.across(work)


async def token_of(it: Served, email: str = ANA) -> str:
    """An access token, got as programs get it."""
    answer = await login(it, email, mode="token")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return str((await answer.get_json())["access_token"])


async def login(it: Served, email: str = ANA, password: str = PASSWORD, **more: Any) -> Any:
    body = {"email": email, "password": password, **more}
    return await it.post("/api/auth/login", client=ELSEWHERE, json=body)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@dataclass(slots=True)
class Browser:
    """Keeps cookies and says where its page is from. Its cookies' paths are not looked at."""

    it: Served
    client: tuple[str, int] = ELSEWHERE
    agent: str = "Firefox"
    cookies: dict[str, Any] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Any:
        return self._kept(await self.it.get(path, client=self.client, headers=self._headers(headers)))

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        answer = await self.it.post(path, client=self.client, headers=self._headers({**PAGE, **headers}), json=body)
        return self._kept(answer)

    async def login(self, email: str = ANA, password: str = PASSWORD, **more: Any) -> Any:
        return await self.post("/api/auth/login", {"email": email, "password": password, **more})

    def value(self, name: str) -> str:
        return str(self.cookies[name].value)

    def forget(self, name: str) -> None:
        self.cookies.pop(name, None)

    def twin(self) -> "Browser":
        """Another one with a copy of the cookies."""
        return Browser(self.it, client=self.client, agent=self.agent, cookies=dict(self.cookies))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        return {"user-agent": self.agent, **({"cookie": cookies} if cookies else {}), **more}

    def _kept(self, answer: Any) -> Any:
        for header in answer.headers.getlist("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.forget(name)
                else:
                    self.cookies[name] = morsel
        return answer


async def code_of(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, (await answer.get_json())["code"]
