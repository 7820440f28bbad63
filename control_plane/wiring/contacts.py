"""Contacts, imports and privacy of one gateway, from parts."""

from functools import cache

from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.adapters.store.contact_calls import SqlCallHistory
from control_plane.adapters.store.privacy import SqlPersonalCalls
from control_plane.ports.infrastructure import NumberPlan
from control_plane.resources.contacts.contacts import Plans
from control_plane.services.business import Business
from control_plane.services.contacts.book import ContactBook
from control_plane.services.contacts.import_file import ImportFiles
from control_plane.services.contacts.imports import ImportParts, Imports
from control_plane.services.contacts.services import ContactServices
from control_plane.services.privacy.erasure import ErasureParts, Privacy
from control_plane.services.privacy.retention import RetentionParts, RetentionSweep
from control_plane.wiring.parts import Parts


def contact_services(parts: Parts) -> ContactServices:
    plans = number_plans(parts.numbers)
    personal = SqlPersonalCalls(parts.database)
    services = ContactServices(
        book=ContactBook(Business(parts.tenants), plans, sources=(SqlCallHistory(parts.database),)),
        imports=Imports(
            ImportParts(
                store=parts.tenants,
                files=ImportFiles(parts.blobs, spool=parts.settings.data_dir / "spool"),
                plans=plans,
                clock=parts.clock,
                engine=parts.durable,
            )
        ),
        privacy=Privacy(
            ErasureParts(
                store=parts.tenants,
                personal=personal,
                calls=parts.calls,
                blobs=parts.blobs,
                plans=plans,
                engine=parts.durable,
            )
        ),
        retention=RetentionSweep(
            RetentionParts(store=parts.tenants, personal=personal, blobs=parts.blobs, clock=parts.clock)
        ),
    )
    services.serve(parts.durable)
    return services


def number_plans(default: NumberPlan) -> Plans:
    """The plan of each region, made when it is first needed; of none, or one without telephones: `default`."""

    @cache
    def plan(region: str) -> NumberPlan:
        try:
            return WorldNumberPlan(region) if region else default
        except ValueError:
            return default

    return plan
