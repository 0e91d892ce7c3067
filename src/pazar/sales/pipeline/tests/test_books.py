"""Books of a company into its desk: whole, once, and out again (D3)."""

import json
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from tests.factories import actor_of, make_company, make_person

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.sales.channels.models import Lead
from pazar.sales.customers.commands import add_touch
from pazar.sales.customers.models import Account, BooksImport, Touch
from pazar.sales.customers.rules.mapping import NoSuchColumn
from pazar.sales.customers.rules.touches import ByHand
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.adapters.books import Choices
from pazar.sales.pipeline.cli import desk as command
from pazar.sales.pipeline.commands.books import as_json, import_books, take_back
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules.stages import Stage

pytestmark = pytest.mark.django_db(transaction=True)

DEALS = """\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
A1,Мария Стоянова,GTX Pro,Isdom,Won,2016-10-25,2017-03-11,4514
A2,Darcel Schlecht,GTXPro,Isdom,Lost,2016-10-25,2017-03-07,0
A3,Darcel Schlecht,MG Special,,Engaging,2016-11-01,,
"""
ACCOUNTS = """\
account,sector,office_location,subsidiary_of
Isdom,medical,United States,
Dambase,marketing,Narnia,Isdom
"""


@pytest.fixture
def company():
    return make_company("Кабел Балкани АД", country="BG", number="831902088")


@pytest.fixture
def director(company):
    return actor_of(make_person(company, Role.SALES_DIRECTOR, name="Надя Колева"))


@pytest.fixture
def maria(company):
    return make_person(company, Role.SALES_MANAGER, name="Мария Стоянова")


@pytest.fixture
def bring(tmp_path, company, director):
    def brought(*texts, **options):
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f"book{number}.csv")
            paths[-1].write_bytes(text.encode())
        return import_books(actor=director, company_id=company.pk, paths=paths, **options)

    return brought


def rows(model, **facts):
    with acting(CENTRE):
        return list(model.objects.filter(**facts).order_by("pk"))


def counts():
    return {model.__name__: len(rows(model)) for model in (Account, Deal, Lead, Touch, BooksImport)}


def totals(report):
    return [(one.kind, one.read, one.new, one.changed, one.same, one.refused_count) for one in report.files]


def test_deals_and_customers_as_the_books_have_them(bring, maria):
    report = bring(DEALS, ACCOUNTS)
    assert totals(report) == [("deals", 3, 3, 0, 0, 0), ("accounts", 2, 2, 0, 0, 0)]
    won, lost, running = (rows(Deal, source_id=name)[0] for name in ("A1", "A2", "A3"))
    assert (won.stage, won.amount, won.currency, won.manager_id) == (Stage.WON, Decimal(4514), "EUR", maria.pk)
    assert won.ended_at.astimezone().date() - won.made_at.astimezone().date() == date(2017, 3, 11) - date(2016, 10, 25)
    assert (lost.stage, lost.product, lost.worked_by, lost.manager_id) == (
        Stage.LOST,
        "GTX Pro",
        "Darcel Schlecht",
        None,
    )
    assert (running.stage, running.ended_at, running.amount) == (Stage.QUALIFIED, None, None)
    assert report.reconciled == [("GTXPro", "GTX Pro", 1)]
    assert report.unknown_managers == [("Darcel Schlecht", 2)]
    assert report.unnamed == 1
    isdom, daughter = rows(Account, name="Isdom")[0], rows(Account, name="Dambase")[0]
    assert (isdom.country, isdom.details) == ("US", {"sector": "medical"})
    assert (daughter.parent_id, daughter.country, daughter.details["country"]) == (isdom.pk, "", "Narnia")
    assert {touch.facts["found"] for touch in rows(Touch)} == {"books"}


def test_the_same_again_changes_nothing(bring):
    bring(DEALS, ACCOUNTS)
    before = counts()
    report = bring(DEALS, ACCOUNTS)
    assert totals(report) == [("deals", 3, 0, 0, 3, 0), ("accounts", 2, 0, 0, 2, 0)]
    assert counts() == before | {"BooksImport": 2}


def test_rows_without_an_id_are_known_by_what_they_say(bring):
    text = "customer,stage,amount\nIsdom,won,5\nIsdom,won,5\nIsdom,won,6\n"
    assert totals(bring(text)) == [("deals", 3, 3, 0, 0, 0)]
    assert totals(bring(text)) == [("deals", 3, 0, 0, 3, 0)]


def test_a_dry_run_says_the_same_and_keeps_nothing(bring):
    dry = bring(DEALS, ACCOUNTS, dry_run=True)
    assert counts() == dict.fromkeys(counts(), 0)
    real = bring(DEALS, ACCOUNTS)
    assert dry.id is None
    assert {**as_json(dry), "import": 0} == {**as_json(real), "import": 0}


def test_what_changed_in_the_books_changes_here(bring):
    bring(DEALS)
    report = bring(DEALS.replace("Engaging,2016-11-01,,", "Won,2016-11-01,2017-01-31,55"))
    assert totals(report) == [("deals", 3, 0, 1, 2, 0)]
    assert rows(Deal, source_id="A3")[0].amount == 55


def test_what_somebody_worked_on_since_stays_and_is_said(bring, director):
    bring(DEALS)
    deal = rows(Deal, source_id="A3")[0]
    commands.move_deal(actor=director, deal_id=deal.pk, stage=Stage.PROPOSAL)
    report = bring(DEALS.replace("Engaging", "Prospecting"))
    assert [refused.code for refused in report.files[0].refused] == ["worked_on_since"]
    assert rows(Deal, source_id="A3")[0].stage == Stage.PROPOSAL


def test_taken_back_nothing_of_it_is_left(bring, director):
    before = counts()
    report = bring(DEALS, ACCOUNTS)
    take_back(actor=director, books_id=report.id)
    assert counts() == before | {"BooksImport": 1}
    assert rows(BooksImport)[0].undone_at is not None


def test_taken_back_what_it_changed_is_as_it_was(bring, director):
    bring(DEALS, ACCOUNTS)
    before = [(row.source_id, row.stage, row.amount, row.account_id) for row in rows(Deal)]
    sectors = [(row.name, row.details, row.parent_id) for row in rows(Account)]
    report = bring(
        DEALS.replace("A1,", "A9,").replace("Engaging", "Prospecting"),
        ACCOUNTS.replace("medical", "retail").replace("Narnia,Isdom", "Narnia,Elsewhere"),
    )
    assert totals(report) == [("deals", 3, 1, 1, 1, 0), ("accounts", 2, 1, 1, 1, 0)]
    take_back(actor=director, books_id=report.id)
    assert [(row.source_id, row.stage, row.amount, row.account_id) for row in rows(Deal)] == before
    assert [(row.name, row.details, row.parent_id) for row in rows(Account)] == sectors


def test_taken_back_what_somebody_worked_on_stays(bring, director):
    report = bring(DEALS, ACCOUNTS)
    deal = rows(Deal, source_id="A3")[0]
    commands.move_deal(actor=director, deal_id=deal.pk, stage=Stage.PROPOSAL)
    add_touch(actor=director, account_id=rows(Account, name="Dambase")[0].pk, kind=ByHand.CALL, text="Rang them.")
    done = take_back(actor=director, books_id=report.id)
    assert done.report["kept"] == {"deals": 1, "leads": 0, "accounts": 2}
    assert [row.source_id for row in rows(Deal)] == ["A3"]
    assert {row.name for row in rows(Account)} == {"Dambase", "Not named in the books"}


def test_taking_back_twice_is_taking_back_once(bring, director):
    report = bring(DEALS)
    first = take_back(actor=director, books_id=report.id)
    assert take_back(actor=director, books_id=report.id).undone_at == first.undone_at


def test_leads_keep_their_first_source_and_become_the_deals_that_name_them(bring, director):
    leads = "mql_id,first_contact_date,landing_page_id,origin\nm1,2018-02-01,p,social\nm2,2018-02-02,p,email\n"
    deals = "mql_id,seller_id,sr_id,won_date,business_segment\nm1,s9,x,2018-02-26 19:58:54,pet\n"
    report = bring(deals, leads)
    assert totals(report) == [("deals", 1, 1, 0, 0, 0), ("leads", 2, 2, 0, 0, 0)]
    sold, waiting = (rows(Lead, source_id=name)[0] for name in ("m1", "m2"))
    assert (sold.state, sold.source, waiting.state) == (Lead.State.BECAME_DEAL, "social", Lead.State.OPEN)
    assert rows(Deal, source_id="m1")[0].lead_id == sold.pk
    assert totals(bring(deals, leads))[0] == ("deals", 1, 0, 0, 1, 0)
    take_back(actor=director, books_id=report.id)
    assert (rows(Lead), rows(Deal)) == ([], [])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("B1,x,p,Isdom,Gone,2016-10-25,,", "stage_unknown"),
        ("B1,x,p,Isdom,,2016-10-25,,", "cell_empty"),
        ("B1,x,p,Isdom,Won,soon,2017-03-11,1", "not_a_day"),
        ("B1,x,p,Isdom,Won,2017-03-12,2017-03-11,1", "ends_before_it_begins"),
        ("B1,x,p,Isdom,Won,2017-03-10,2017-03-11,See ASN-93", "not_a_number"),
        ("A1,x,p,Isdom,Won,2017-03-10,2017-03-11,1", "same_id_twice"),
        ("B1,x,p," + "I" * 301 + ",Won,2017-03-10,2017-03-11,1", "text_too_long"),
        ("B1,x", "ragged_row"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_taken(bring, line, code):
    report = bring(DEALS + line + "\n")
    (refused,) = report.files[0].refused
    assert (refused.where, refused.code) == ("row 5", code)
    assert report.files[0].new == 3
    assert as_json(report)["files"][0]["refused"][0]["message"]


def test_days_with_two_meanings_are_asked_about_before_anything_is_kept(bring):
    text = "account,stage,engage_date\nIsdom,won,01/02/2024\n"
    asked = bring(text)
    assert [refused.code for refused in asked.files[0].refused] == ["ambiguous_day"]
    assert rows(Deal) == []
    bring(text, choices=Choices(order="dmy"))
    assert rows(Deal)[0].made_at.astimezone().month in (1, 2)
    assert as_json(asked)["files"][0]["read"] == 0


def test_a_loop_of_holdings_is_refused_and_the_customers_are_taken(bring):
    text = "account,subsidiary_of\nA,B\nB,C\nC,A\nD,A\n"
    report = bring(text)
    assert [refused.code for refused in report.files[0].refused] == ["holding_loop"] * 3
    parents = {row.name: row.parent_id for row in rows(Account)}
    assert [name for name, parent in parents.items() if parent] == ["D"]


def test_names_that_look_alike_are_proposed_and_not_made_one(bring):
    report = bring("account,number\nМедница ООД,1\nMednica Ltd,2\n")
    assert report.duplicates == [("Mednica Ltd", "Медница ООД")]
    assert len(rows(Account)) == 2


def test_a_file_that_is_no_book_is_refused_and_the_others_are_taken(bring):
    report = bring(DEALS, "Table,Field\na,b\n", "")
    assert [one.refused[0].code if one.refused else "" for one in report.files] == ["", "kind_unknown", "empty"]
    assert len(rows(Deal)) == 3


def test_a_map_of_columns_that_are_not_there_is_refused_whole(bring):
    with pytest.raises(NoSuchColumn):
        bring(DEALS, choices=Choices(columns={"amount": "nowhere"}))
    assert counts() == dict.fromkeys(counts(), 0)


def test_books_are_their_desks_alone(bring, director, tmp_path):
    report = bring(DEALS)
    stranger = actor_of(make_person(make_company("Друга ООД"), Role.SALES_DIRECTOR))
    with pytest.raises(NotFound):
        take_back(actor=stranger, books_id=report.id)
    with pytest.raises(NotFound):
        import_books(actor=stranger, company_id=director.company_id, paths=[])
    with acting(stranger):
        assert not BooksImport.objects.exists()
        assert not Deal.objects.exists()


def test_a_sales_manager_may_not(bring, company, maria, director):
    report = bring(DEALS)
    with pytest.raises(NotAllowed):
        import_books(actor=actor_of(maria), company_id=company.pk, paths=[])
    with pytest.raises(NotAllowed):
        take_back(actor=actor_of(maria), books_id=report.id)


class TestCommand:
    def test_the_report_has_the_form_of_imports(self, company, tmp_path):
        path = tmp_path / "deals.csv"
        path.write_text(DEALS + "B1,x,p,Isdom,Gone,2016-10-25,,\n")
        result = CliRunner().invoke(command, ["import", str(path), "--company", "BG 831902088", "--json"])
        assert result.exit_code == 1, result.output
        report = json.loads(result.stdout)
        one = report["files"][0]
        assert {key: one[key] for key in ("file", "format", "kind", "read", "new", "changed", "same")} == {
            "file": str(path), "format": "csv", "kind": "deals", "read": 4, "new": 3, "changed": 0, "same": 0,
        }  # fmt: skip
        assert set(one["refused"][0]) == {"where", "field", "code", "message"}
        undone = CliRunner().invoke(command, ["undo", report["import"]])
        assert (undone.exit_code, rows(Deal)) == (0, [])

    def test_a_company_that_is_not_here(self, tmp_path):
        path = tmp_path / "deals.csv"
        path.write_text(DEALS)
        result = CliRunner().invoke(command, ["import", str(path), "--company", "000"])
        assert result.exit_code == 2
        assert "No company" in result.output

    @pytest.mark.parametrize("said", ["[", "[]", '{"colour": 1}', '{"stages": {"Gone": "away"}}', '{"days": "ymd"}'])
    def test_a_map_that_makes_no_sense(self, company, tmp_path, said):
        path, chosen = tmp_path / "deals.csv", tmp_path / "map.json"
        path.write_text(DEALS)
        chosen.write_text(said)
        result = CliRunner().invoke(command, ["import", str(path), "--company", "831902088", "--map", str(chosen)])
        assert result.exit_code == 2
        assert "map" in result.output
        assert rows(Deal) == []
