"""Names alike, lists of sanctions, and what was used before (A3)."""

import json
from datetime import date

import pytest

from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.companies import queries
from pazar.market.companies.adapters import lookalikes
from pazar.market.companies.commands import deciding, known_names, sanctions
from pazar.market.companies.models import KnownName, SanctionEntry, SanctionList
from pazar.market.companies.tests.factories import OTHER_NUMBER, make_case, make_here, make_moderator

pytestmark = pytest.mark.django_db

LIST = """kind,name,aliases,country,number,programme,listed_on,reference
entity,Полярный экспорт ООО,Polar Export LLC;,RU,,MADE-UP,2024-03-01,MU.2
person,Анатолий Вымыслов,Anatoliy Vymyslov,,,MADE-UP,,
entity,Numbered Ltd,,BG,999020404,MADE-UP,,MU.9
"""


@pytest.fixture(autouse=True)
def _register(register):
    return register


def load(tmp_path, text=LIST, **how):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return sanctions.load(actor=CENTRE, path=path, name="made up", **how)


def said(case):
    return {str(check.label): (check.verdict, " | ".join(check.evidence)) for check in queries.checks(case)}


class TestNames:
    def test_members_are_kept_renamed_and_dropped(self):
        here = make_here(name="„МЕДНИЦА” ООД", number=OTHER_NUMBER)
        assert known_names.catch_up() == 1
        assert known_names.catch_up() == 0
        (near,) = lookalikes.near("Mednitsa Ltd")
        assert (near.source, near.subject_id, near.name) == ("member", here.pk, "„МЕДНИЦА” ООД")
        assert lookalikes.near("Mednitsa Ltd", without=here.pk) == []
        assert lookalikes.near("Mednitsa Ltd", sources=["sanction"]) == []
        here.standing = "outside"
        here.save()
        known_names.catch_up()
        assert not KnownName.objects.exists()

    def test_a_case_shows_who_is_called_alike(self):
        make_here(name="Помпи и тръби Тундя", number=OTHER_NUMBER)
        known_names.catch_up()
        verdict, evidence = said(make_case())["The name looks like one that is here"]
        assert verdict == "bad" and "Тундя" in evidence

    def test_one_that_was_refused_is_remembered(self):
        case = make_case()
        deciding.refuse(actor=make_moderator(), application_id=case.pk, reason="stranger", words="")
        known_names.catch_up()
        other = make_case(number=OTHER_NUMBER, name="Помпи и Тръби Тунджа ЕООД", email="b@pompi.example")
        assert "The name is like one that was refused" in said(other)

    def test_nothing_asked_finds_nothing(self):
        assert lookalikes.near("") == lookalikes.near("\x00") == lookalikes.near("„“") == []


class TestSanctions:
    def test_a_list_is_taken_with_its_other_names(self, tmp_path):
        report = load(tmp_path, as_of=date(2026, 11, 1))
        assert (report.taken, report.refused_count) == (3, 0)
        assert lookalikes.near("Полярни експорт")[0].name in (
            "Полярный экспорт ООО",
            "Polar Export LLC",
        )
        assert {near.name for near, _entry in queries.sanctioned("Polar Exports")} == {"Polar Export LLC"}

    def test_a_newer_file_replaces_the_list(self, tmp_path):
        load(tmp_path)
        load(tmp_path, "name\nSomebody Else Inc\n")
        assert SanctionList.objects.get().entry_count == SanctionEntry.objects.count() == 1
        assert KnownName.objects.get().name == "Somebody Else Inc"

    @pytest.mark.parametrize("text", ["", "title\nx\n", "name\n\n", "name,kind\nX,ship\n", "name\n\x00\n"])
    def test_a_file_without_entries_changes_nothing(self, tmp_path, text):
        load(tmp_path)
        with pytest.raises(sanctions.NotAList):
            load(tmp_path, text)
        assert SanctionEntry.objects.count() == 3

    def test_a_bad_row_is_refused_by_its_line(self, tmp_path):
        text = 'name,kind,listed_on,country\nA,,,\nB,ship,,\nC,,yesterday,\nD,,,Bulgaria\n"E"\n'
        report = load(tmp_path, text)
        assert report.taken == 1
        assert report.refused == [(3, "unknown-kind"), (4, "wrong-day"), (5, "wrong-country"), (6, "ragged-row")]

    def test_our_own_sample_is_good(self, tmp_path):
        from pathlib import Path

        sample = Path(sanctions.__file__).parents[1] / "data" / "sanctions" / "sample.csv"
        report = sanctions.load(actor=CENTRE, path=sample)
        assert report.taken == 7 and not report.refused

    def test_a_case_is_compared_by_name_number_and_people(self, tmp_path):
        load(tmp_path)
        case = make_case(number=OTHER_NUMBER, name="Polar Export Ltd", person_name="Anatolij Vymyslov")
        told = said(case)
        assert told["The name is like one on a list of sanctions"][0] == "bad"
        verdict, evidence = told["A person or number is on a list of sanctions"]
        assert verdict == "bad" and "Vymyslov" in evidence and "Numbered Ltd" in evidence

    def test_without_a_list_it_is_said(self, tmp_path):
        assert "Lists of sanctions weren't asked" in said(make_case())
        load(tmp_path)
        assert said(make_case(email="c@pompi.example"))["Nobody is on a list of sanctions"][0] == "good"

    def test_the_command(self, tmp_path):
        from click.testing import CliRunner

        from pazar.market.companies import cli

        path = tmp_path / "l.csv"
        path.write_text(LIST + "short,row\n", encoding="utf-8")
        ran = CliRunner().invoke(cli.sanctions, ["load", str(path), "--json"])
        assert (json.loads(ran.stdout)["taken"], ran.exit_code) == (3, 1)
        assert CliRunner().invoke(cli.sanctions, ["load", str(tmp_path / "none.csv")]).exit_code == 2


class TestTraces:
    MINE = {
        "telephone": "088 812 3456",
        "account": "BG80 BNBG 9661 1020 3456 78",
        "device": b"d" * 32,
    }

    def test_what_was_used_before_is_shown_with_what_became_of_it(self):
        first = make_case(**self.MINE)
        deciding.refuse(actor=make_moderator(), application_id=first.pk, reason="stranger", words="")
        told = said(make_case(number=OTHER_NUMBER, name="Байт ООД", email="x@byte.example", **self.MINE))
        for label in (
            "The bank account was used before",
            "The telephone number was used before",
            "Another company was registered from this computer",
        ):
            verdict, evidence = told[label]
            assert verdict == "bad" and "refused" in evidence and "Тунджа" in evidence

    def test_an_own_earlier_try_is_none(self):
        make_case(**self.MINE)
        told = said(make_case(email="y@pompi.example", **self.MINE))
        assert not any("before" in label and "number was" not in label for label in told)

    def test_an_account_abroad_is_looked_at(self):
        told = said(make_case(account="DE89370400440532013000"))
        assert "DE" in told["A bank account abroad"][1]

    def test_owners_stand_beside_the_register(self):
        told = said(make_case(owners="Рангел Кирчев\nНякой Друг\n"))
        verdict, evidence = told["The declared owners"]
        assert verdict == "look" and "Някой Друг: not named by the register" in evidence
