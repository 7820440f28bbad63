"""The language models the gateway can use."""

from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.brains.langchain import LangChainBrain
from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.ports.brain import Brain

BRAIN_ADAPTERS: tuple[type[Brain], ...] = (AnthropicBrain, OpenAiBrain, LangChainBrain)
"""Every adapter of `ports.brain.Brain`; the contract suite covers each."""
