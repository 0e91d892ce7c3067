"""Registers' files into the snapshot, and what it answers (A2)."""

import json
from datetime import date

import pytest
from django.db import connection

from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.companies.adapters import regix, snapshot
from pazar.market.companies.commands.load import load_register
from pazar.market.companies.models import RegisterEntry, RegisterLoad
from pazar.market.companies.rules.numbers import read_number
from pazar.market.companies.rules.particulars import Status

pytestmark = pytest.mark.django_db

EGRUL = """<?xml version="1.0" encoding="windows-1251"?>
<EGRUL ДатаВыг="2026-01-01">
 <СвЮЛ ОГРН="1027700132195" ДатаОГРН="2002-08-16" ИНН="7707083893" ПолнНаимОПФ="Публичное акционерное общество">
  <СвНаимЮЛ НаимЮЛПолн="ПАО &quot;ПРИМЕР&quot;"/>
  <СвАдресЮЛ><АдресРФ Индекс="117997" Дом="19"><Регион ТипРегион="Г" НаимРегион="МОСКВА"/></АдресРФ></СвАдресЮЛ>
 </СвЮЛ>
 <СвЮЛ ОГРН="1" ИНН="12"><СвНаимЮЛ НаимЮЛПолн="НИКОЙ"/></СвЮЛ>
 <СвЮЛ ОГРН="1027700132195" ИНН="7707083894"><СвНаимЮЛ НаимЮЛПолн="ПОЧТИ"/>
  <СвПрекрЮЛ><СпПрекрЮЛ НаимСпПрекрЮЛ="Ликвидация"/></СвПрекрЮЛ></СвЮЛ>
</EGRUL>""".encode("cp1251")

ANSWER = """<?xml version='1.0' encoding='utf-8'?>
<ActualStateResponse xmlns="http://egov.bg/RegiX/AV/TR/ActualStateResponse"><Status>{status}</Status>
<UIC>831496285</UIC><Company>ПРИМЕР</Company>
<LegalForm><LegalFormAbbr xmlns="http://egov.bg/RegiX/AV/TR">АД</LegalFormAbbr></LegalForm>
<Seat><Address xmlns="http://egov.bg/RegiX/AV/TR"><Settlement>гр. София</Settlement><Street>ул. Първа</Street>
<StreetNumber>2</StreetNumber></Address></Seat>{more}</ActualStateResponse>"""


def load(tmp_path, name, content, **how):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_register(actor=CENTRE, path=path, **how)


def known(country, number):
    return snapshot.answers(read_number(country, number))


def test_a_list_is_taken_and_the_same_again_changes_nothing(tmp_path):
    table = "eik,name,municipality,town\n831496285,„Пример” АД,Столична,София\n131071587,Втора ООД,,Варна\n"
    first = load(tmp_path, "bg.csv", table, as_of=date(2026, 1, 2))
    again = load(tmp_path, "bg.csv", table)
    assert (first.read, first.new, first.refused_count) == (2, 2, 0)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    (found,) = known("BG", "BG 831 496 285")
    assert (found.register, found.particulars.name, found.particulars.town) == (
        "bg-trade-register",
        "„Пример” АД",
        "София",
    )
    assert RegisterLoad.objects.count() == 2


def test_a_later_file_replaces_what_an_earlier_one_said(tmp_path):
    load(tmp_path, "bg.csv", "eik,name\n831496285,Стара АД\n")
    report = load(tmp_path, "new.csv", "eik,name\n831496285,Нова АД\n", as_of=date(2026, 5, 1))
    assert (report.new, report.changed) == (0, 1)
    (found,) = known("BG", "831496285")
    assert (found.particulars.name, found.as_of) == ("Нова АД", date(2026, 5, 1))


def test_bad_rows_are_refused_by_their_place_and_the_rest_is_kept(tmp_path):
    table = (
        "eik,name,town\n831496285,Добра АД,София\n83149628,Къса ООД,Русе\n131071587,Къс ред\n"
        "131071587,,Русе\n175074752,Още една ЕООД,Бургас\n"
    )
    report = load(tmp_path, "bg.csv", table)
    assert report.new == 2
    assert [(r.where, r.field, r.code) for r in report.refused] == [
        ("line 3", "eik", "wrong-length"),
        ("line 4", "", "ragged-row"),
        ("line 5", "name", "empty"),
    ]


def test_a_registers_word_stands_where_a_check_digit_doubts_it(tmp_path):
    report = load(tmp_path, "egrul.xml", EGRUL)
    assert (report.form, report.read, report.new, report.doubted_count) == ("ru-egrul-xml", 3, 2, 1)
    assert [(r.where, r.code) for r in report.refused] == [("СвЮЛ 2", "wrong-length")]
    (by_inn,) = known("RU", "7707083893")
    assert by_inn.particulars.name == 'ПАО "ПРИМЕР"'
    assert by_inn.particulars.founded_on == date(2002, 8, 16)
    (doubtful,) = known("RU", "7707083894")
    assert (doubtful.particulars.status, doubtful.particulars.status_words) == (Status.DISSOLVED, "Ликвидация")


def test_an_organisation_is_found_by_its_other_number(tmp_path):
    load(tmp_path, "egrul.xml", EGRUL)
    assert {found.particulars.name for found in known("RU", "1027700132195")} == {'ПАО "ПРИМЕР"', "ПОЧТИ"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'companies_entry_other_numbers'")
        assert "gin" in cursor.fetchone()[0]


def test_other_files_of_the_world_are_told_by_their_header(tmp_path):
    gleif = (
        "LEI,Entity.LegalName,Entity.LegalAddress.Country,Entity.EntityStatus\n"
        "529900T8BM49AURSDO55,Firm SE,DE,INACTIVE\n"
    )
    house = "CompanyName, CompanyNumber,CompanyStatus,IncorporationDate\nOLD LTD,445790,Liquidation,01/02/1950\n"
    assert load(tmp_path, "a.csv", gleif).form == "gleif-golden-csv"
    assert load(tmp_path, "b.csv", house).form == "uk-companies-house-csv"
    (firm,) = known("DE", "529900T8BM49AURSDO55")
    (old,) = known("GB", "00445790")
    assert firm.particulars.status is Status.DISSOLVED
    assert (old.particulars.status, old.particulars.founded_on) == (Status.LIQUIDATION, date(1950, 2, 1))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown-format"),
        (b"\x00\x01binary", "unknown-format"),
        (b"name,town\nA,B\n", "unknown-format"),
        (b"eik,name\n831496285,\xff\xfe\xfd\n", "wrong-encoding"),
        (b"eik,name," + b",".join(b"c%d" % n for n in range(20_000)) + b"\n", "too-many-columns"),
        (b"<EGRUL><" + "СвЮЛ".encode() + b">", "broken-xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><ActualStateResponse><UIC>&x;</UIC></ActualStateResponse>', "doctype"),
        (b"<a>ActualStateResponse</a>", "unknown-answer"),
    ],
)
def test_a_file_that_cant_be_read_is_refused_whole(tmp_path, content, code):
    report = load(tmp_path, "file", content)
    assert [r.code for r in report.refused] == [code]
    assert not RegisterEntry.objects.exists()


def test_a_field_of_megabytes_is_refused_and_its_neighbours_kept(tmp_path):
    table = "eik,name\n831496285,Добра АД\n131071587," + "х" * 12_000_000 + "\n"
    report = load(tmp_path, "bg.csv", table)
    assert report.new == 1
    assert [r.code for r in report.refused] == ["field-too-long"]


@pytest.mark.parametrize(
    ("status", "more", "meant"),
    [
        ("Нова партида", "", Status.ACTIVE),
        ("Нова партида", "<LiquidationOrInsolvency>В ликвидация</LiquidationOrInsolvency>", Status.LIQUIDATION),
        ("Нова партида", "<LiquidationOrInsolvency>В несъстоятелност</LiquidationOrInsolvency>", Status.INSOLVENCY),
        ("Пререгистрирана закрита партида", "", Status.DISSOLVED),
    ],
)
def test_the_trade_registers_words_are_understood(status, more, meant):
    answer = regix.parse(ANSWER.format(status=status, more=more).encode())
    assert answer.status is meant
    assert answer.status_words.startswith(status)
    assert (answer.legal_form, answer.town, answer.address) == ("АД", "София", "ул. Първа 2")


def test_nothing_found_is_no_company():
    empty = b'<ValidUICResponse xmlns="http://egov.bg/RegiX/AV/TR/ValidUICResponse"><LegalForm/></ValidUICResponse>'
    assert regix.parse(empty) is None


def test_the_journal_knows_of_a_load(tmp_path):
    load(tmp_path, "bg.csv", "eik,name\n831496285,Добра АД\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT convert_from(content, 'UTF8') FROM journal_payload ORDER BY entry_id DESC LIMIT 1")
        kept = json.loads(cursor.fetchone()[0])
    assert kept["kind"] == "register.loaded"
    assert kept["facts"]["read"] == 1


class TestCheckingATable:
    """`pazar register check --csv`: a row that is broken spoils itself alone."""

    @pytest.fixture
    def check(self, tmp_path, monkeypatch):
        from click.testing import CliRunner

        from pazar.market.companies import cli

        def made(content, *more):
            path = tmp_path / "numbers.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return CliRunner().invoke(cli.register, ["check", "--csv", str(path), *more])

        return made

    def test_each_row_is_answered_in_its_order(self, check):
        ran = check("country,number\nBG,831496285\nBG,831496286\n,\nRU,7707083893\n", "--json")
        told = json.loads(ran.stdout)["checks"]
        assert [(one["line"], one["canonical"], one["code"]) for one in told] == [
            (2, "831496285", ""),
            (3, "", "wrong-check-digit"),
            (5, "7707083893", ""),
        ]
        assert ran.exit_code == 1

    @pytest.mark.parametrize(
        "content",
        [
            "number;name;country\n831496285;x;BG\n",
            "COUNTRY\tNUMBER\r\nBG\t831496285\r\n",
            "\ufeffcountry,number\nBG,831496285\n",
            "country,number\nBG,831496285\n".encode("utf-16"),
            b"country,number\nBG,831496285\n\xff\xfe,\xfa\n",
            b'country,number\nBG,831496285\nBG,"' + b"8" * 2_000_000 + b'"\n',
            b"country,number\nBG,831496285\nBG,83\x001496285,,,,\n",
        ],
        ids=["semicolons", "tabs", "with a mark", "utf-16", "not utf-8", "a huge field", "nul"],
    )
    def test_tables_as_people_make_them(self, check, content):
        told = json.loads(check(content, "--json").stdout)["checks"]
        assert told[0]["canonical"] == "831496285"

    def test_many_are_asked_in_few_queries(self, check, tmp_path, django_assert_max_num_queries):
        load(tmp_path, "bg.csv", "eik,name\n831496285,Първа ООД\n131071587,Втора ООД\n")
        rows = "country,number\n" + "BG,831496285\nBG,131071587\nBG,131071588\n" * 300
        with django_assert_max_num_queries(4):
            told = json.loads(check(rows, "--json").stdout)["checks"]
        assert len(told) == 900
        assert [one["registers"][0]["name"] if one["registers"] else "" for one in told[:3]] == [
            "Първа ООД",
            "Втора ООД",
            "",
        ]
        assert told == [one | {"line": row} for row, one in enumerate(told[:3] * 300, start=2)]
