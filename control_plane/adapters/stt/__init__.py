"""The recognisers the gateway can use."""

from control_plane.adapters.stt.deepgram import DeepgramSpeechToText
from control_plane.adapters.stt.deepgram_flux import FluxSpeechToText
from control_plane.ports.hearing import SpeechToText

STT_ADAPTERS: tuple[type[SpeechToText], ...] = (DeepgramSpeechToText, FluxSpeechToText)
"""Every adapter of `ports.hearing.SpeechToText`; the contract suite covers each."""
