"""The sounds of a simulated telephone line."""
