"""Why a demo cannot go on."""

from stack.failures import StackFailed


class DemoFailed(StackFailed):
    """The run ended before there was anything to report; the text is for the person at the terminal."""
