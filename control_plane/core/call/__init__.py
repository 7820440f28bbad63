"""The call machine: what a leg is, what may happen to it, what is to be done."""
