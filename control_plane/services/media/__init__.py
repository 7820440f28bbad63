"""The media stream of a call: socket, frames, ear, mouth, recording."""
