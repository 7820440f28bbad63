"""The deciding core: standard library only, never waits, time is an argument."""
