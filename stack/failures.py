"""Why an installation cannot run, told to the person at the terminal."""


class StackFailed(Exception):
    """Something could not be started or has ended for good; the text says what, why, and what can be done."""
