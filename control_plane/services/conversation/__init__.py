"""The conversation of caller and bot, independent of how the audio travels."""
