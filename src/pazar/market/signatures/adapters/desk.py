"""The centre's own verifier: whom it trusts, whose answers it keeps, how strict it is about silence."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from asn1crypto import x509
from django.conf import settings
from django.db.models import Count, Max

from pazar.ground import clock
from pazar.ground.net import fetching
from pazar.market.signatures.adapters.responders import Responders
from pazar.market.signatures.models import ResponderAnswer, TrustAnchor
from pazar.market.signatures.rules.kept import KeptChains
from pazar.market.signatures.rules.revocation import Mode
from pazar.market.signatures.rules.trust import Anchor, Purpose, TrustStore, read_certificates
from pazar.market.signatures.rules.verify import Ask

_CHAINS: Final = KeptChains()
_ENDINGS: Final = (".pem", ".crt", ".cer", ".der")


class Kept:
    """Answers in the database, so that all nodes of a centre ask once."""

    def get(self, key: str, now: datetime) -> bytes | None:
        found = ResponderAnswer.objects.filter(pk=key, until__gt=now, kept_at__lte=now).first()
        return bytes(found.answer) if found is not None else None

    def put(self, key: str, answer: bytes, *, now: datetime, until: datetime) -> None:
        ResponderAnswer.objects.update_or_create(key=key, defaults={"answer": answer, "kept_at": now, "until": until})


def ask(
    *,
    company: tuple[str, str] | None,
    mode: Mode | None = None,
    moment: datetime | None = None,
    organisation_needed: bool = False,
) -> Ask:
    """What the centre judges by, now or for a `moment` before; `company` is (country, number)."""
    now = clock.db_now()
    return Ask(
        trust=trust(),
        moment=moment or now,
        asked_at=now,
        responders=Responders(Kept(), inside=fetching.networks(settings.RESPONDERS_INSIDE), now=clock.db_now),
        mode=mode or Mode(settings.REVOCATION),
        company=company if company is not None and company[1] else None,
        organisation_needed=organisation_needed,
        chains=_CHAINS,
    )


def trust() -> TrustStore:
    """Whom the centre trusts: files of the operator's, and what loaded lists vouch for."""
    files = _files()
    rows = TrustAnchor.objects.aggregate(count=Count("id"), last=Max("id"))
    stamp = (*((str(path), path.stat().st_mtime_ns) for path in files), rows["count"], rows["last"])
    if _known.get("stamp") != stamp:
        _known.update(stamp=stamp, store=TrustStore((*_own(files), *_listed())))
    store = _known["store"]
    assert isinstance(store, TrustStore)
    return store


_known: dict[str, object] = {}


def _files() -> Sequence[Path]:
    if not settings.TRUST:
        return ()
    path = Path(settings.TRUST)
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.suffix.lower() in _ENDINGS)
    return (path,) if path.exists() else ()


def _own(files: Sequence[Path]) -> list[Anchor]:
    found = []
    for path in files:
        try:
            certificates = read_certificates(path.read_bytes())
        except ValueError:
            # One file that isn't one doesn't take the others' trust away; `pazar signature trust` names it.
            continue
        found += [Anchor(certificate=one, source=path.name) for one in certificates]
    return found


def _listed() -> list[Anchor]:
    return [
        Anchor(
            certificate=x509.Certificate.load(bytes(row.certificate)),
            purpose=Purpose(row.purpose),
            since=row.since,
            until=row.until,
            source=row.source,
        )
        for row in TrustAnchor.objects.all()
    ]
