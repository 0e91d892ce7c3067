"""PDFs of the tests: written by the house's typesetter, signed by people of the test world."""

import io
from typing import Any

import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, async_sign_pdf
from tests.loops import run

from pazar.market.signatures.tests.world import World


def make(text: str = "Договор") -> bytes:
    return bytes(typst.compile(text.encode(), format="pdf"))


def sign(world: World, label: str, pdf: bytes, *, name: str = "Signature1", **meta: Any) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    made = run(
        async_sign_pdf(
            writer,
            PdfSignatureMetadata(
                field_name=name, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", **meta
            ),
            signer=world.signer(label),
            timestamper=None,
        )
    )
    return bytes(made.getbuffer())
