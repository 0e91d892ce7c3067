"""Who may call the routes of the signature desk."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.access.matrix import OK, Call, Case, Stage

from pazar.ground.identity.rules.roles import Role
from pazar.market.signatures.commands import rehearse
from pazar.market.signatures.models import Certificate, Rehearsal

ALL = frozenset(Role)
HIS = frozenset({Role.OWNER})
"""The text is one person's: the stage's owner."""


def nothing(stage: Stage) -> Call:
    return Call(form={})


def pasted(stage: Stage) -> Call:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return Call(form={"pasted": made.public_bytes(serialization.Encoding.PEM).decode()})


def empty(stage: Stage) -> Call:
    return Call()


def certificate(stage: Stage) -> Certificate:
    actor = stage.actor(Role.OWNER)
    return Certificate.objects.create(
        company=stage.company,
        person_id=actor.person_id,
        der=b"",
        fingerprint="0" * 64,
        subject="x",
        issuer="y",
        not_before="2026-01-01T00:00:00Z",
        not_after="2030-01-01T00:00:00Z",
        source="pasted",
        enrolled_at="2026-01-01T00:00:00Z",
    )


def one_certificate(stage: Stage) -> Call:
    return Call(kwargs={"certificate_id": certificate(stage).pk}, form={})


def one_rehearsal(stage: Stage) -> Call:
    actor = stage.actor(Role.OWNER)
    challenge = rehearse.begin(actor=actor)
    made = rehearse.hand_in(actor=actor, challenge_id=challenge.pk, signature=b"noise", way=Rehearsal.Way.UPLOAD)
    return Call(kwargs={"rehearsal_id": made.pk})


def text(stage: Stage) -> Call:
    """Of one person; his colleagues don't see it."""
    return Call(kwargs={"challenge_id": rehearse.begin(actor=stage.actor(Role.OWNER)).pk})


def handed(stage: Stage) -> Call:
    return Call(kwargs=text(stage).kwargs, form={})


CASES = [
    Case(route="signatures:desk", make=empty, allowed=ALL, foreign=OK),
    Case(route="signatures:enrol", method="POST", make=pasted, allowed=ALL, foreign=OK),
    Case(route="signatures:remove", method="POST", make=one_certificate, allowed=frozenset({Role.OWNER})),
    Case(route="signatures:begin", method="POST", make=nothing, allowed=ALL, foreign=OK),
    Case(route="signatures:challenge", make=text, allowed=HIS, refused=404),
    Case(route="signatures:text", make=text, allowed=HIS, refused=404),
    Case(route="signatures:text_pdf", make=text, allowed=HIS, refused=404),
    Case(route="signatures:hand_in", method="POST", make=handed, allowed=HIS, refused=404),
    Case(route="signatures:rehearsal", make=one_rehearsal, allowed=ALL),
]
