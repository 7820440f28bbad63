"""From Nginx's log to a durable queue."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from metrics_sidecar.callbacks import lines
from metrics_sidecar.callbacks.queue import REWRITE_AFTER, CallbackQueue
from metrics_sidecar.callbacks.tail import LARGEST_PIECE, Tail


def line(identity: str, *, caller: str = "+573001112233", uri: str = "/webhook/twilio/voice", **more: str) -> bytes:
    """`more` are further fields of the form."""
    body = urlencode({"From": caller, "To": "+576011234567", **more})
    return json.dumps({"id": identity, "at": 1700000000.5, "uri": uri, "body": body}).encode() + b"\n"


class Desk:
    """Log, tail and queue of one installation; `again` is a restart."""

    def __init__(self, folder: Path) -> None:
        self.log, self._folder = folder / "logs" / "callbacks.log", folder / "var"
        self.log.parent.mkdir(exist_ok=True)
        self.again()

    def again(self) -> None:
        self.queue = CallbackQueue(self._folder)
        self.tail = Tail(self.log, self._folder / "marks.json")

    def write(self, *identities: str, to: Path | None = None) -> None:
        with (to or self.log).open("ab") as file:
            file.write(b"".join(map(line, identities)))

    def collect(self) -> None:
        while (piece := self.tail.read()).lines:
            self.queue.add(callback for each in piece.lines if (callback := lines.read(each)))
            self.tail.commit(piece)

    def waiting(self) -> list[str]:
        self.collect()
        return [callback.id for callback in self.queue.first(1000)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_line_tells_who_called() -> None:
    callback = lines.read(line("a1", uri="/n/main/webhook/telnyx/voice?x=1", CallSid="CAa1"))
    assert callback is not None
    assert callback.to_json() == {
        "id": callback.id,
        "at": 1700000000.5,
        "from": "+573001112233",
        "to": "+576011234567",
        "call_sid": "CAa1",
        "carrier": "telnyx",
    }
    assert lines.from_json(callback.to_json()) == callback


def test_all_lines_of_one_call_have_one_id() -> None:
    asked = (("a", "CA1"), ("b", "CA1"), ("c", "CA2"))
    first, again, other = (lines.read(line(name, CallSid=sid)) for name, sid in asked)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.id == again.id != other.id


def test_of_a_call_of_ours_the_person_is_the_one_who_was_called() -> None:
    callback = lines.read(line("a", Direction="outbound-api"))
    assert callback is not None
    assert (callback.from_, callback.to) == ("+576011234567", "+573001112233")


def test_fields_may_come_in_the_query() -> None:
    callback = lines.read(b'{"id":"a","at":1,"uri":"/webhook/twilio","body":"","query":"From=%2B5730&To=%2B5760"}')
    assert callback is not None
    assert callback.from_ == "+5730"


def test_a_plus_sign_that_was_not_encoded_is_one() -> None:
    callback = lines.read(b'{"id":"a","at":1,"uri":"/webhook/twilio","body":"From=+5730&CallSid=1"}')
    assert callback is not None
    assert callback.from_ == "+5730"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'{"id":"a","at":1,"uri":"/","body":""}',
        b'{"id":"","at":1,"uri":"/","body":"From=1"}',
        b'{"id":"a b","at":1,"uri":"/","body":"From=1"}',
        b'{"id":"a","at":"x","uri":"/","body":"From=1"}',
        b'{"id":"a","at":"nan","uri":"/","body":"From=1"}',
        b'{"id":"a","at":null,"uri":"/","body":"From=1"}',
        b'{"id":"a","at":1,"uri":"/","body":"' + b"a=b&" * 1000 + b'From=1"}',
    ],
)
def test_a_line_that_is_none_is_left_out(bad: bytes) -> None:
    assert lines.read(bad) is None


def test_lines_come_into_the_queue_once(desk: Desk) -> None:
    assert desk.waiting() == []
    desk.write("a", "b")
    assert desk.waiting() == ["a", "b"]
    assert not desk.tail.grown()
    desk.write("c")
    assert desk.waiting() == ["a", "b", "c"]


def test_half_a_line_waits_for_its_other_half(desk: Desk) -> None:
    whole = line("a")
    desk.log.write_bytes(whole[:20])
    assert desk.waiting() == []
    desk.log.write_bytes(whole)
    assert desk.waiting() == ["a"]


def test_nothing_is_lost_or_doubled_over_a_restart(desk: Desk) -> None:
    desk.write("a", "b")
    desk.collect()
    desk.write("c")
    desk.again()
    assert desk.waiting() == ["a", "b", "c"]


def test_a_rotated_log_is_read_to_its_end_first(desk: Desk) -> None:
    desk.write("a")
    desk.collect()
    desk.write("b")
    old = desk.log.rename(desk.log.with_name("callbacks.log.1"))
    desk.again()
    desk.write("d")
    desk.write("c", to=old)  # Nginx writes to the old file until it is told to open the new one
    assert sorted(desk.waiting()) == ["a", "b", "c", "d"]


def test_a_truncated_log_is_read_from_its_beginning(desk: Desk) -> None:
    desk.write("a", "b")
    desk.collect()
    desk.log.write_bytes(line("c"))
    assert desk.waiting() == ["a", "b", "c"]


def test_a_new_file_that_got_the_old_inode_is_not_mistaken_for_it(desk: Desk) -> None:
    desk.write("a")
    desk.collect()
    desk.log.write_bytes(line("b") + line("c"))  # the same inode, another beginning, and longer
    assert desk.waiting() == ["a", "b", "c"]


def test_a_line_without_end_does_not_stop_the_others(desk: Desk) -> None:
    desk.log.write_bytes(b"x" * (LARGEST_PIECE + 5) + b"\n" + line("a"))
    assert desk.waiting() == ["a"]


def test_marks_that_cannot_be_read_cost_nothing_but_time(desk: Desk, tmp_path: Path) -> None:
    desk.write("a")
    desk.collect()
    (tmp_path / "var" / "marks.json").write_bytes(b"\x00")
    desk.again()
    assert desk.waiting() == ["a"]


def test_what_is_settled_is_gone_and_stays_gone(desk: Desk) -> None:
    desk.write("a", "b")
    desk.collect()
    assert desk.queue.settle(["a", "unknown"]) == 1
    desk.queue.add(callback for callback in [lines.read(line("a"))] if callback)
    assert desk.waiting() == ["b"]
    desk.again()
    assert desk.waiting() == ["b"]


def test_a_line_that_a_crash_cut_off_spoils_only_itself(desk: Desk, tmp_path: Path) -> None:
    desk.write("a")
    desk.collect()
    with (tmp_path / "var" / "callbacks.jsonl").open("ab") as file:
        file.write(b'{"add":{"id":"z"')
    desk.again()
    desk.write("b")
    desk.collect()
    desk.again()
    assert desk.waiting() == ["a", "b"]


def test_the_file_of_the_queue_does_not_grow_for_ever(desk: Desk, tmp_path: Path) -> None:
    for start in range(0, 3 * REWRITE_AFTER, 500):
        names = [f"n{number}" for number in range(start, start + 500)]
        desk.write(*names)
        desk.collect()
        desk.queue.settle(names)
    assert (tmp_path / "var" / "callbacks.jsonl").stat().st_size < 400 * REWRITE_AFTER


def test_a_refused_callback_is_put_aside_for_people(desk: Desk, tmp_path: Path) -> None:
    desk.write("a", "b")
    desk.collect()
    desk.queue.refuse(desk.queue.first(1)[0])
    assert desk.waiting() == ["b"]
    assert json.loads((tmp_path / "var" / "callbacks.refused.jsonl").read_bytes())["id"] == "a"


def test_numbers_are_for_the_owner_of_the_files_only(desk: Desk, tmp_path: Path) -> None:
    desk.write("a")
    desk.collect()
    desk.queue.refuse(desk.queue.first(1)[0])
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}
    assert set(modes.values()) == {0o600}


def test_a_full_queue_has_no_room(tmp_path: Path) -> None:
    queue = CallbackQueue(tmp_path, most=1)
    queue.add(callback for callback in [lines.read(line("a"))] if callback)
    assert queue.room == 0
