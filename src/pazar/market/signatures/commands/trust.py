"""Whom the centre trusts by a trusted list: loaded whole, in the place of the older one (A5)."""

from collections.abc import Sequence

from asn1crypto import x509
from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.market.signatures.adapters import trusted_list
from pazar.market.signatures.adapters.trusted_list import ListRefused
from pazar.market.signatures.models import TrustAnchor, TrustedListLoad


def load_list(*, actor: Actor, raw: bytes, signers: Sequence[x509.Certificate]) -> TrustedListLoad:
    """Take a territory's trusted list that one of `signers` signed; its anchors replace those of the list before (A5).

    Raises ListRefused: also for an older list than the one that is here, and for one past its next update.
    """
    found = trusted_list.read(raw, signers=signers)
    with transaction.atomic():
        moment = clock.db_now()
        before = TrustedListLoad.objects.select_for_update().filter(pk=found.territory).first()
        # An old list, signed as well, would bring back whoever was withdrawn since.
        if before is not None and found.number < before.number:
            raise ListRefused("old")
        if found.next_update is not None and found.next_update < moment:
            raise ListRefused("old")

        if before is not None:
            before.delete()
        made = TrustedListLoad.objects.create(
            territory=found.territory,
            number=found.number,
            issued_at=found.issued_at,
            next_update=found.next_update,
            signer=", ".join(one.sha256.hex() for one in signers),
            loaded_at=moment,
        )
        TrustAnchor.objects.bulk_create(
            TrustAnchor(
                list=made,
                certificate=one.certificate.dump(),
                purpose=one.purpose,
                since=one.since,
                until=one.until,
                source=one.source,
            )
            for one in found.anchors
        )
        journal.append(
            "trusted-list.loaded",
            actor=actor,
            subject=made,
            territory=made.territory,
            number=made.number,
            anchors=len(found.anchors),
        )
        return made
