"""Log lines of all processes become one readable view, whatever they contain."""

from datetime import UTC
from pathlib import Path

from stack.log_tail import Tail, begin
from stack.log_view import LogView, Look

LINE = (
    '{"module":"calls","phase":"talking","mode":"two words","call_id":"c01","level":"warning",'
    '"timestamp":"2030-05-17T09:04:03.5Z","message":"call state"}'
)


def view(**look: object) -> LogView:
    return LogView(Look(**{"width": 7, "zone": UTC, **look}))  # type: ignore[arg-type]


def test_a_json_line_is_shown_as_time_level_sentence_and_keys() -> None:
    shown = view().show("control", LINE)
    assert shown == 'control | 09:04:03 warning call state  phase=talking mode="two words" call_id=c01'


def test_lines_of_the_sidecar_are_read_the_same_way() -> None:
    shown = view().show("sidecar", '{"event":"poll failed","level":"error","logger":"x","node":"a","at":1905239043.5}')
    assert shown == "sidecar | 09:04:03 error   poll failed  node=a"


def test_lines_of_nginx_lose_their_numbers() -> None:
    shown = view().show("nginx", "2030/05/17 09:04:03 [warn] 17#17: *3 upstream timed out")
    assert shown == "nginx   | 09:04:03 warning *3 upstream timed out"


def test_an_exception_follows_its_line() -> None:
    shown = view().show("control", '{"message":"fault","level":"error","exception":"Traceback:\\n  ValueError"}')
    assert [line.split("|")[1].strip() for line in shown.split("\n")] == ["error   fault", "Traceback:", "ValueError"]


def test_what_is_no_json_is_shown_as_it_is() -> None:
    for line in ("Please look at these settings:", "{broken", '{"a": 1'):
        assert view().show("control", line).endswith(line)


def test_nothing_in_a_line_can_steer_the_terminal() -> None:
    shown = view().show("control", '{"message":"a\\u001b[2Jb","x":"\\u009b1m","exception":"\\u001b]0;t"}')
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\x1b" not in view().show("nginx", "GET /\x1b[31m")


def test_odd_times_and_values_are_no_reason_to_fail() -> None:
    for time in ('"yesterday"', "1e300", "true", "[]", "null"):
        assert "x=null" in view().show("a", f'{{"message":"m","x":null,"timestamp":{time}}}')
    assert view().show("a", "[1, 2]").endswith("[1, 2]")


def test_each_process_keeps_its_colour() -> None:
    coloured = view(colour=True)
    first, other, again = (coloured.show(name, "x")[:5] for name in ("a", "b", "a"))
    assert first == again != other
    assert "\x1b[33m" in coloured.show("a", LINE)


def test_raw_lines_stay_as_they_are() -> None:
    assert view(raw=True).show("control", LINE) == LINE


def test_only_what_comes_after_the_start_is_read_and_halves_of_lines_wait_for_their_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\n")
    tail = Tail(log)
    with log.open("a") as file:
        file.write("one\ntw")
        file.flush()
        assert list(tail.fresh()) == ["one"]
        file.write("o\n")
    assert list(tail.fresh()) == ["two"]
    assert list(tail.fresh()) == []


def test_a_log_that_grows_large_is_put_away_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    tail = Tail(log)
    with log.open("ab") as file:
        file.write(b"x" * 99 + b"\n")
        file.flush()
        tail.shorten(50)
        assert log.stat().st_size == 100, "what is not read yet stays"
        assert len(list(tail.fresh())) == 1
        tail.shorten(50)
        assert (log.stat().st_size, log.with_name("log.1").stat().st_size) == (0, 100)
        file.write(b"next\n")
    assert list(tail.fresh()) == ["next"]


def test_a_log_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert list(Tail(tmp_path / "none").fresh()) == []
    begin(tmp_path / "none")


def test_the_log_of_the_last_run_is_put_away(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\n")
    begin(log)
    assert not log.exists()
    assert (tmp_path / "log.1").read_text() == "old\n"
