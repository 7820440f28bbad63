"""The synthesisers the gateway can use."""

from control_plane.adapters.tts.deepgram_aura import DeepgramTextToSpeech
from control_plane.adapters.tts.elevenlabs import ElevenLabsTextToSpeech
from control_plane.ports.voice import TextToSpeech

TTS_ADAPTERS: tuple[type[TextToSpeech], ...] = (ElevenLabsTextToSpeech, DeepgramTextToSpeech)
"""Every adapter of `ports.voice.TextToSpeech`; the contract suite covers each."""
