"""Who says it: the voice of a paragraph, its speaker, and the country or body that the speaker speaks for."""

from stance.speakers.finder import UNKNOWN, Speech, find_speech, speech_columns
from stance.speakers.transcripts import find_speeches, speech_records

__all__ = ["UNKNOWN", "Speech", "find_speech", "find_speeches", "speech_columns", "speech_records"]
