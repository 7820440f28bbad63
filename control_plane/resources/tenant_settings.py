"""How a tenant's settings are read and changed."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.ports.tenancy import who
from control_plane.resources.crud import check_version
from control_plane.resources.tenants import Retention, SettingsOut, Tenant, own

INSTALLATION: Final = "system:write"


class TenantSettings(SettingsOut):
    """How the tenant keeps its house. Empty `zone` and `region`: those of the installation."""

    effective_zone: str = Field(description="The time zone that counts: the tenant's, else the installation's.")


def shown(session: Session, *, default_zone: str) -> TenantSettings:
    return _of(own(session), default_zone)


def change(session: Session, fields: Mapping[str, Any], *, version: int | None, default_zone: str) -> TenantSettings:
    """Set the fields that were sent; of `retention` only the kinds that were sent. Raises Refused."""
    row = own(session)
    check_version(row, version)
    if fields.get("max_live_calls", row.max_live_calls) != row.max_live_calls and not who(session).may(INSTALLATION):
        raise Refused("not_allowed", f"Who runs the installation shares its lines out: it needs {INSTALLATION}.")
    for name, value in fields.items():
        setattr(row, name, {**row.retention, **value} if name == "retention" else value)
    session.flush()
    return _of(row, default_zone)


def sent(data: BaseModel) -> dict[str, Any]:
    """The fields that a request names."""
    return data.model_dump(exclude_unset=True)


def _of(row: Tenant, default_zone: str) -> TenantSettings:
    return TenantSettings(
        id=row.id,
        name=row.name,
        zone=row.zone,
        language=row.language,
        region=row.region,
        currency=row.currency,
        retention=Retention(**row.retention),
        max_live_calls=row.max_live_calls,
        version=row.version,
        effective_zone=row.zone or default_zone,
    )
