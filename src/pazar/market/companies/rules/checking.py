"""What a moderator sees beside a case, each with its evidence (A3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from pazar.ground.words.names import skeleton

NEAR = 86.0
WHOLE = 97.0  # all words of one stand in the other
# Mail that anybody may have, whatever company he is of.
FREE_MAIL = frozenset(
    (
        "abv.bg", "mail.bg", "dir.bg", "gbg.bg", "gmail.com", "googlemail.com", "outlook.com",
        "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "icloud.com", "me.com",
        "aol.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.ru", "bk.ru", "inbox.ru",
        "list.ru", "yandex.ru", "yandex.com", "ya.ru", "rambler.ru", "proton.me", "protonmail.com",
        "tutanota.com", "zoho.com", "mail.com", "seznam.cz", "wp.pl", "onet.pl", "o2.pl",
        "libero.it", "orange.fr", "free.fr", "laposte.net", "t-online.de",
    )
)  # fmt: skip


class Verdict(StrEnum):
    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


class MailDomain(StrEnum):
    OWN = "own"  # as on the company's site
    FREE = "free"
    OTHER = "other"  # neither: nothing to compare with, or not the company's


@dataclass(frozen=True, kw_only=True)
class Near:
    """A name here that a person could take for the applicant's; `score` 0 to 100."""

    key: str
    name: str
    score: float


def mail_domain(email: str, *, websites: Iterable[str]) -> MailDomain:
    """Where the address is from; a site's own domain, or one below it, counts as the company's."""
    domain = email.rpartition("@")[2].lower().rstrip(".")
    if domain in FREE_MAIL:
        return MailDomain.FREE
    for site in websites:
        host = site.lower().rpartition("@")[2].partition("//")[2] or site.lower().rpartition("@")[2]
        host = host.partition("/")[0].partition(":")[0].removeprefix("www.")
        if host and "." in host and host not in FREE_MAIL and (domain == host or domain.endswith("." + host)):
            return MailDomain.OWN
    return MailDomain.OTHER


def near_names(name: str, others: dict[str, str], *, limit: int = 8) -> list[Near]:
    """Of `others` (key → name) those whose skeleton is the same or near, the nearest first."""
    mine = skeleton(name)
    if not mine:
        return []
    skeletons = {key: skeleton(other) for key, other in others.items()}
    found = {
        key: score
        for _text, score, key in process.extract(mine, skeletons, scorer=fuzz.ratio, score_cutoff=NEAR, limit=limit)
    }
    if " " in mine:
        # "Copper Wire Group" beside "Copper Wire": of names of several words one may hold the other whole.
        longer = {key: text for key, text in skeletons.items() if " " in text}
        held = process.extract(mine, longer, scorer=fuzz.token_set_ratio, score_cutoff=WHOLE, limit=limit)
        found |= {key: max(score, found.get(key, 0.0)) for _text, score, key in held}
    nearest = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:limit]
    return [Near(key=key, name=others[key], score=round(score, 1)) for key, score in nearest]
