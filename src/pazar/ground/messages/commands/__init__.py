"""Telling people, and what they do with it."""

from pazar.ground.messages.commands.mutes import mute, unmute
from pazar.ground.messages.commands.reading import mark_all_read, mark_read
from pazar.ground.messages.commands.telling import Remembering, Telling, Told, tell, tell_many

__all__ = ["Remembering", "Telling", "Told", "mark_all_read", "mark_read", "mute", "tell", "tell_many", "unmute"]
