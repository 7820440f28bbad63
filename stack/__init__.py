"""How one installation runs on one machine: which processes, in which order, behind which web server."""
