"""Tables of alert rules, alerts, silences and deliveries."""
