"""PDFs: what a signature covers, and what was done afterwards."""

import io

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from pazar.market.signatures.rules.verdicts import Check, Outcome, State
from pazar.market.signatures.rules.verify import verify
from pazar.market.signatures.tests import pdfs


@pytest.fixture(scope="module")
def signed(world):
    return pdfs.sign(world, "good", pdfs.make())


def test_a_signed_pdf_holds(world, signed):
    report = verify(signed, None, world.ask())
    assert (report.outcome, report.form) == (Outcome.VALID, "pades")
    assert "document-pdf-whole" in report.codes


@pytest.mark.parametrize("label", ["revoked", "expired", "other", "cipher", "strange"])
def test_its_certificate_is_judged_like_any(world, label):
    report = verify(pdfs.sign(world, label, pdfs.make()), None, world.ask())
    assert report.outcome is Outcome.NOT_VALID
    assert len([one for one in report.all_verdicts() if one.state is State.BAD]) == 1


def test_two_people_sign_one_after_the_other(world, signed):
    report = verify(pdfs.sign(world, "numbered", signed, name="Signature2"), None, world.ask())
    assert report.outcome is Outcome.VALID
    assert [signer.holder.name for signer in report.signers] == ["Иван Иванов", "Стара Форма"]


def test_a_page_that_was_changed_afterwards_is_seen(world, signed):
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.find_page_for_modification(0)[0].get_object()
    from pyhanko.pdf_utils import generic

    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    report = verify(out.getvalue(), None, world.ask())
    assert {one.code for one in report.all_verdicts() if one.state is State.BAD} == {"document-pdf-changed"}


def test_a_changed_byte_is_seen(world, signed):
    at = signed.index(b"/Type")
    changed = signed[: at + 1] + b"Q" + signed[at + 2 :]
    assert verify(changed, None, world.ask()).outcome is not Outcome.VALID


def test_bytes_behind_the_end_are_told(world, signed):
    report = verify(signed + b"\nextra words", None, world.ask())
    assert "file-pdf-appended" in report.codes or not report.is_good


def test_what_is_no_signed_pdf_is_told(world, signed):
    assert verify(pdfs.make(), None, world.ask()).codes == {"file-pdf-unsigned"}
    assert verify(b"%PDF-1.7\nnothing", None, world.ask()).codes == {"file-pdf-damaged"}
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdfs.make())))
    writer.encrypt(owner_pass="a", user_pass="b")
    out = io.BytesIO()
    writer.write(out)
    assert verify(out.getvalue(), None, world.ask()).codes == {"file-pdf-encrypted"}


def test_a_pdf_cut_anywhere_is_no_trace_and_not_good(world, signed):
    for cut in range(10, len(signed), len(signed) // 25):
        assert not verify(signed[:cut], None, world.ask()).is_good


def test_a_detached_signature_over_a_pdf_is_read_too(world, signed):
    report = verify(signed, world.sign("good", signed), world.ask())
    assert (report.form, report.outcome) == ("cades-detached", Outcome.VALID)
    assert Check.DOCUMENT in {one.check for one in report.all_verdicts()}
