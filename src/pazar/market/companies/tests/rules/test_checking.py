"""What a moderator is shown of mail domains and look-alike names."""

import pytest

from pazar.market.companies.rules import checking
from pazar.market.companies.rules.checking import MailDomain


@pytest.mark.parametrize(
    ("email", "sites", "expected"),
    [
        ("a@pompi.example", ["https://www.pompi.example/bg"], MailDomain.OWN),
        ("a@mail.pompi.example", ["pompi.example"], MailDomain.OWN),
        ("a@pompi.example", ["office@pompi.example"], MailDomain.OWN),
        ("a@GMAIL.com", ["gmail.com"], MailDomain.FREE),
        ("a@notpompi.example", ["pompi.example"], MailDomain.OTHER),
        ("a@example", ["https://"], MailDomain.OTHER),
        ("a@pompi.example", [], MailDomain.OTHER),
    ],
)
def test_whose_domain(email: str, sites: list[str], expected: MailDomain):
    assert checking.mail_domain(email, websites=sites) is expected


@pytest.mark.parametrize("name", ["Mednica OOD", "МЕДНИЦА", "Меднnца ЕООД", "Mednitsa Ltd", "Меднница АД"])
def test_look_alikes_are_found(name: str):
    near = checking.near_names(name, {"1": "„МЕДНИЦА” ООД", "2": "Светлик ЕООД"})
    assert [one.key for one in near] == ["1"]


@pytest.mark.parametrize("name", ["Медна жица груп ЕООД", "Нова Медна Жица", "Жица Медна", "Mednа Jica Group"])
def test_a_name_that_holds_another_is_found(name: str):
    assert [one.key for one in checking.near_names(name, {"1": "Медна жица АД", "2": "Жица"})] == ["1"]


def test_one_word_held_by_many_is_not():
    assert checking.near_names("Медна жица груп", {"1": "Жица", "2": "Медна"}) == []


def test_others_are_not():
    assert checking.near_names("Светлик ЕООД", {"1": "„МЕДНИЦА” ООД"}) == []
    assert checking.near_names("", {"1": "„МЕДНИЦА” ООД"}) == []
