"""What of a text people see; the rule itself is everybody's."""

from pazar.ground.words.seen import is_seen, seen

__all__ = ["is_seen", "seen"]
