"""Records of the stores, filled in: a test names only what it is about."""

from typing import Any

from control_plane.ports.stores import CallRecord, JournalEntry, StoredCommand, StoredWebhook, TurnRecord


def call_record(call_id: str = "call-1", **changes: Any) -> CallRecord:
    usual: dict[str, Any] = {
        "direction": "outbound",
        "carrier": "telnyx",
        "sender": "+576015550100",
        "to": "+573005550101",
        "state": "new",
        "bot_id": "maria",
        "created_at": 1000.25,
    }
    return CallRecord(id=call_id, **{**usual, **changes})


def journal_entry(call_id: str = "call-1", seq: int = 1, **changes: Any) -> JournalEntry:
    usual: dict[str, Any] = {"kind": "LegAnswered", "body": {"control_id": "leg-1"}, "at": 1000.5 + seq}
    return JournalEntry(call_id=call_id, seq=seq, **{**usual, **changes})


def stored_command(command_id: str = "command-1", call_id: str = "call-1", **changes: Any) -> StoredCommand:
    usual: dict[str, Any] = {"kind": "Answer", "body": {"stream": True}, "at": 1001.0}
    return StoredCommand(id=command_id, call_id=call_id, **{**usual, **changes})


def turn_record(call_id: str = "call-1", index: int = 0, **changes: Any) -> TurnRecord:
    usual: dict[str, Any] = {"speaker": "caller", "text": "hola", "heard": "hola", "started_at": 1002.0}
    return TurnRecord(call_id=call_id, index=index, **{**usual, **changes})


def stored_webhook(event_id: str = "event-1", **changes: Any) -> StoredWebhook:
    usual: dict[str, Any] = {"carrier": "telnyx", "kind": "call.answered", "body": b'{"a": 1}', "received_at": 1000.0}
    return StoredWebhook(event_id=event_id, **{**usual, **changes})
