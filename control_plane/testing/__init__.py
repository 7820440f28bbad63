"""What stands in for the outside world in tests and in the conversation driver: fakes of the ports."""
