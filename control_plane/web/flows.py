"""What is done with flows beyond the routes that every resource has: checking, publishing, copying, moving."""

from typing import Any

from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.resources import flows
from control_plane.resources.flows import FlowChecked, FlowDuplicateIn, FlowFile, FlowOut
from control_plane.resources.versioned import PublishIn, VersionList, VersionOut
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import called, fails, gives, takes
from control_plane.web.resources import asked, told

blueprint = Blueprint("flow_actions", __name__)


@blueprint.post("/api/flows/<row_id>/validate")
@needs("flows:read")
@called("validate_flow")
@fails("unknown_flow")
@document_response(FlowChecked)
async def validate(row_id: str) -> Any:
    """Whether the draft could be published: kinds, fields, edges that lead nowhere, nodes that nothing leads to."""
    return told(await gateway().business.ask(who(), flows.checked(row_id)))


@blueprint.post("/api/flows/<row_id>/publish")
@needs("flows:write")
@called("publish_flow")
@fails("unknown_flow", "version_mismatch", "changed_meanwhile", "conflict")
@takes("If-Match")
@validate_request(PublishIn)
@document_response(VersionOut)
async def publish(row_id: str, data: PublishIn) -> Any:
    """Make the draft the next version. With faults it is refused, with the path of each."""
    return told(await gateway().business.act(who(), flows.publish(row_id, data, version=asked_version())))


@blueprint.get("/api/flows/<row_id>/versions")
@needs("flows:read")
@called("list_flow_versions")
@fails("unknown_flow")
@document_response(VersionList)
async def versions(row_id: str) -> Any:
    """The published versions, the newest first, without their documents."""
    return told(VersionList(items=list(await gateway().business.ask(who(), flows.versions(row_id)))))


@blueprint.get("/api/flows/<row_id>/versions/<int:number>")
@needs("flows:read")
@called("get_flow_version")
@fails("unknown_flow", "unknown_version")
@document_response(VersionOut)
async def version(row_id: str, number: int) -> Any:
    """One published version with its document."""
    return told(await gateway().business.ask(who(), flows.version(row_id, number)))


@blueprint.post("/api/flows/<row_id>/duplicate")
@needs("flows:write")
@called("duplicate_flow")
@fails("unknown_flow", "idempotency_key_reused")
@takes("Idempotency-Key")
@gives("Location")
@validate_request(FlowDuplicateIn)
@document_response(FlowOut, 201)
async def duplicate(row_id: str, data: FlowDuplicateIn) -> Any:
    """Make a new flow with the same draft; it is not published."""
    return await _made("duplicate flow", flows.duplicate(row_id, data))


@blueprint.get("/api/flows/<row_id>/export")
@needs("flows:read")
@called("export_flow")
@fails("unknown_flow")
@document_response(FlowFile)
async def export(row_id: str) -> Any:
    """The draft as a file that can be imported elsewhere."""
    answer = told(await gateway().business.ask(who(), flows.exported(row_id)))
    answer.headers["Content-Disposition"] = 'attachment; filename="flow.json"'
    return answer


@blueprint.post("/api/flows/import")
@needs("flows:write")
@called("import_flow")
@fails("idempotency_key_reused")
@takes("Idempotency-Key")
@gives("Location")
@validate_request(FlowFile)
@document_response(FlowOut, 201)
async def import_(data: FlowFile) -> Any:
    """Make a new flow of an exported one; it is not published."""
    return await _made("import flow", flows.imported(data))


async def _made(what: str, work: Any) -> Any:
    answer = await gateway().business.once(who(), await asked(what), work=work)
    return answer, 201, {"Location": f"/api/flows/{answer['id']}"}
