"""Table of the control planes that share this database."""
