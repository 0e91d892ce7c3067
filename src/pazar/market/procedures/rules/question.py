"""What somebody typed into a search: words, and phrases in quotation marks (J4)."""

import re
from typing import Final

_QUOTED: Final = re.compile('["„“”«]([^"„“”«»]{2,})["“”»]')
MOST_PHRASES: Final = 3


def phrases(text: str) -> tuple[str, ...]:
    """What stands between quotation marks, of any language, each once and with single blanks.

    A phrase is searched as it is written; its words count as words besides.
    """
    found = (" ".join(one.split()) for one in _QUOTED.findall(text))
    return tuple(dict.fromkeys(one for one in found if len(one) > 1))[:MOST_PHRASES]


def title_share(asked: frozenset[str], title: frozenset[str]) -> float:
    """How much of what was asked for the title says, 0 to 1."""
    return len(asked & title) / len(asked) if asked else 0.0
