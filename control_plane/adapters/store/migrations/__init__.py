"""The schema's history, applied by store/migrate.py."""
