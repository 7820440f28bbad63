"""A terminal that is slow or gone holds nobody up."""

import io
import threading

from stack import outlet as outlet_module
from stack.outlet import Outlet


class Paused(io.StringIO):
    """Nothing can be written until `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, text: str) -> int:
        self.go.wait(20)
        return super().write(text)


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_lines_are_written_in_order() -> None:
    stream = io.StringIO()
    outlet = Outlet(stream)
    for number in range(3):
        outlet.line(str(number))
    outlet.close()
    assert stream.getvalue() == "0\n1\n2\n"


def test_a_paused_terminal_costs_lines_but_no_time(monkeypatch) -> None:
    monkeypatch.setattr(outlet_module, "WAITING", 3)
    stream = Paused()
    outlet = Outlet(stream)
    for number in range(50):
        outlet.line(str(number))
    stream.go.set()
    outlet.close()
    again = Outlet(stream)
    again.close()
    written = stream.getvalue().splitlines()
    assert 3 <= len(written) < 50
    assert written == sorted(written, key=int)


def test_a_lost_terminal_is_no_fault() -> None:
    outlet = Outlet(Gone())
    outlet.line("x")
    outlet.line("y")
    outlet.close()
