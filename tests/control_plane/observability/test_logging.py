"""Log lines: their form, the call id, what is dropped and masked."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from control_plane.observability.logging import bind_call, configure_logging, get_logger


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield io.BytesIO()
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_message_level_time_and_module(stream: io.BytesIO) -> None:
    configure_logging(stream=stream)
    get_logger("services.calls").info("call answered", direction="inbound")
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "message": "call answered",
        "level": "info",
        "module": "services.calls",
        "direction": "inbound",
    }


def test_lines_within_a_call_carry_its_id_and_lines_after_it_do_not(stream: io.BytesIO) -> None:
    configure_logging(stream=stream)
    log = get_logger("x")
    with bind_call("call-1"):
        log.info("inside")
    log.info("outside")
    assert [line.get("call_id") for line in lines(stream)] == ["call-1", None]


def test_a_logger_made_before_the_configuration_follows_it(stream: io.BytesIO) -> None:
    log = get_logger("early")
    configure_logging("ERROR", stream=stream)
    log.warning("not shown")
    configure_logging("INFO", stream=stream)
    log.info("shown")
    assert [line["message"] for line in lines(stream)] == ["shown"]


@pytest.mark.parametrize(("show_pii", "expected"), [(False, {"turn"}), (True, {"turn", "pii_text", "caller.pii"})])
def test_keys_with_a_pii_segment_are_dropped_unless_switched_on(
    stream: io.BytesIO, show_pii: bool, expected: set[str]
) -> None:
    configure_logging(stream=stream, show_pii=show_pii)
    get_logger("x").info("turn", **{"turn": 1, "pii_text": "me llamo Ana", "caller.pii": "Ana"})
    assert expected == lines(stream)[0].keys() - {"message", "level", "timestamp", "module"}


def test_the_standard_librarys_logging_becomes_lines_too(stream: io.BytesIO) -> None:
    configure_logging(stream=stream)
    logging.getLogger("hypercorn.error").warning("closing %s sockets", 3)
    logging.getLogger("odd").log(25, "between two levels")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.example.com")
    assert [(line["module"], line["level"], line["message"]) for line in lines(stream)] == [
        ("hypercorn.error", "warning", "closing 3 sockets"),
        ("odd", "info", "between two levels"),
    ]


def test_an_exception_is_one_line_without_the_secrets_in_it(stream: io.BytesIO) -> None:
    configure_logging(stream=stream)
    try:
        raise ConnectionError("cannot reach postgresql://gateway:hunter2@db/calls for +573001234567")
    except ConnectionError:
        get_logger("x").exception("database lost")
        logging.getLogger("sqlalchemy.pool").exception("pool broken")
    first, second = lines(stream)
    for line in (first, second):
        assert "ConnectionError" in line["exception"]
        assert "hunter2" not in line["exception"]
        assert "3001234567" not in line["exception"]


def test_the_console_form_is_plain_text(stream: io.BytesIO) -> None:
    configure_logging(form="console", stream=stream)
    get_logger("x").info("señal recibida", turn=2)
    assert "señal recibida" in stream.getvalue().decode()
    assert "turn=2" in stream.getvalue().decode()


def test_lines_of_a_traced_call_name_its_trace_and_others_do_not(stream: io.BytesIO) -> None:
    configure_logging(stream=stream, trace_ratio=1.0)
    with bind_call("0e9c2f9b-5a43-4a0e-9d0e-2f7c7f3b6a10"):
        get_logger("calls").info("within")
    get_logger("calls").info("without")
    within, without = lines(stream)
    assert within["trace_id"] == "0e9c2f9b5a434a0e9d0e2f7c7f3b6a10"
    assert "trace_id" not in without


def test_without_traces_no_line_names_one(stream: io.BytesIO) -> None:
    configure_logging(stream=stream)
    with bind_call("0e9c2f9b-5a43-4a0e-9d0e-2f7c7f3b6a10"):
        get_logger("calls").info("within")
    (line,) = lines(stream)
    assert "trace_id" not in line
