"""The rehearsal in a real browser: with a real key file, which never leaves the page."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.browser import PHONE, assert_accessible, assert_fits, look
from tests.factories import make_company, make_person

from pazar.ground.identity.rules.roles import Role
from pazar.market.signatures.models import Rehearsal
from pazar.market.signatures.tests.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VENDOR = Path(__file__).parents[6] / "build" / "vendor" / "pki.js"
needs_vendor = pytest.mark.skipif(not VENDOR.exists(), reason="vendor scripts aren't built: make setup")
PASSPHRASE = "Тайна фраза 12"


@pytest.fixture
def person(trusting):
    company = make_company("Алфа ЕООД", number="131129282")
    return make_person(company, Role.OWNER, name="Иван Иванов")


def key_file(world, folder, label="good", passphrase=PASSPHRASE, *extra):
    """A .p12 as OpenSSL makes it today: AES under PBKDF2, or as it did before with `-legacy`."""
    key = world.folder / f"{world.arch.get_cert_spec(_label(label)).subject_key}.pem"
    (folder / "own.pem").write_bytes(world.pem(label))
    (folder / "chain.pem").write_bytes(world.pem("interm"))
    out = folder / f"{label}.p12"
    subprocess.run(
        [
            *("openssl", "pkcs12", "-export", "-in", str(folder / "own.pem"), "-inkey", str(key)),
            *("-certfile", str(folder / "chain.pem"), "-passout", f"pass:{passphrase}", "-out", str(out), *extra),
        ],
        check=True,
        capture_output=True,
    )
    return out


def _label(text):
    from certomancer.registry import CertLabel

    return CertLabel(text)


def sign(page, path, passphrase, button="Sign and check"):
    page.locator("#key-file").set_input_files(path)
    page.locator("#key-passphrase").fill(passphrase)
    page.get_by_role("button", name=button).click()


@needs_vendor
@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
class TestKeyFile:
    def test_a_person_rehearses_with_his_key_file(self, open_page, trusting, person, tmp_path):
        page = open_page("/market/signatures/", person=person)
        look(page, "signatures-never")
        assert_accessible(page)
        page.get_by_role("button", name="Rehearse now").click()
        page.get_by_role("heading", name="Sign this text").wait_for()
        look(page, "signatures-text")
        assert_accessible(page)
        sent = []
        page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
        path = key_file(trusting, tmp_path)
        sign(page, path, "wrong passphrase")
        page.get_by_text("The passphrase is wrong").wait_for()
        sign(page, path, PASSPHRASE)
        page.get_by_role("heading", name="The signature holds.").wait_for()
        look(page, "signatures-good")
        assert_accessible(page)
        made = Rehearsal.objects.get()
        assert (made.is_good, made.way) == (True, "browser")
        assert made.report["signers"][0]["level"] == "B"
        # Neither the file nor its passphrase was sent, in whatever form.
        raw, posted = path.read_bytes(), b"".join(sent)
        assert PASSPHRASE.encode() not in posted
        assert raw[100:160] not in posted
        page.get_by_role("link", name="Signatures").first.click()
        page.get_by_role("heading", name="You can sign").wait_for()
        look(page, "signatures-ready")

    def test_every_verdict_is_read_on_a_phone_in_bulgarian(self, open_page, trusting, person, tmp_path):
        page = open_page("/market/signatures/", person=person, width=PHONE, language="bg", theme="dark")
        assert_fits(page)
        page.get_by_role("button", name="Проба сега").click()
        page.get_by_role("heading", name="Подпишете този текст").wait_for()
        assert_fits(page)
        sign(page, key_file(trusting, tmp_path, "revoked"), PASSPHRASE, "Подпиши и провери")
        page.get_by_role("heading", name="Подписът не е в сила.").wait_for()
        assert_fits(page)
        assert_accessible(page)
        look(page, "signatures-revoked-phone")
        told = page.locator("main").inner_text()
        for check in ("Файл", "Документ", "Подпис", "Алгоритми", "Срок на валидност", "Прекратяване", "Времеви печат"):
            assert check in told
        assert "прекратено на" in told

    def test_a_file_under_the_ciphers_of_old_is_opened_too(self, open_page, trusting, person, tmp_path):
        page = open_page("/market/signatures/", person=person)
        page.get_by_role("button", name="Rehearse now").click()
        try:
            path = key_file(trusting, tmp_path, "good", PASSPHRASE, "-legacy")
        except subprocess.CalledProcessError:
            pytest.skip("this openssl has no old ciphers")
        sign(page, path, "wrong passphrase")
        page.get_by_text("The passphrase is wrong").wait_for()
        sign(page, path, PASSPHRASE)
        page.get_by_role("heading", name="The signature holds.").wait_for()


@needs_vendor
def test_an_agent_on_this_computer_signs(open_page, trusting, person):
    page = open_page("/market/signatures/", person=person)
    page.get_by_role("button", name="Rehearse now").click()
    page.get_by_role("heading", name="Sign this text").wait_for()
    with Agent(sign=lambda content: trusting.sign("good", content)) as agent:
        page.get_by_label("Its address").fill(agent.address)
        page.get_by_role("button", name="Ask the agent to sign").click()
        page.get_by_role("heading", name="The signature holds.").wait_for()
    assert Rehearsal.objects.get().way == "agent"


def test_what_was_signed_outside_is_handed_in_without_script(open_page, trusting, person, tmp_path):
    page = open_page("/market/signatures/", person=person, script=False)
    page.get_by_role("button", name="Rehearse now").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Text file").click()
    content = Path(downloading.value.path()).read_bytes()
    (tmp_path / "text.p7s").write_bytes(trusting.sign("good", content))
    page.locator("#signed-file").set_input_files(tmp_path / "text.p7s")
    page.get_by_role("button", name="Hand in and check").click()
    page.get_by_role("heading", name="The signature holds.").wait_for()
