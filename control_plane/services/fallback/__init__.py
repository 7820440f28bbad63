"""Several providers of one kind as one: in order, with a breaker each."""
