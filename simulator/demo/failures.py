"""Why a demo cannot go on."""


class DemoFailed(Exception):
    """The run ended before there was anything to report; the text is for the person at the terminal."""
