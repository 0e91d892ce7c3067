"""Registers on the network, against a real server on loopback that answers as theirs do, or as badly as can be."""

import json
import time
from datetime import UTC, datetime

import pytest

from pazar.ground.net import patience
from pazar.ground.net.tests.server import Says, Server
from pazar.market.companies.adapters import desk
from pazar.market.companies.adapters.network import source
from pazar.market.companies.adapters.registers import Down, Found, NotFound
from pazar.market.companies.rules.numbers import read_number
from pazar.market.companies.rules.particulars import Status

MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
LEI = "529900T8BM49AURSDO55"
EIK = "831496285"


@pytest.fixture(autouse=True)
def _no_server_is_known_as_down():
    patience.forget()
    yield
    patience.forget()


GLEIF = {
    "data": {
        "type": "lei-records",
        "id": LEI,
        "attributes": {
            "lei": LEI,
            "entity": {
                "legalName": {"name": "Ubermetrics Technologies GmbH", "language": "de"},
                "transliteratedOtherNames": [{"name": "UBERMETRICS", "type": "AUTO_ASCII_TRANSLITERATED_LEGAL_NAME"}],
                "legalAddress": {
                    "addressLines": ["Kronenstr. 1", "Haus B"],
                    "city": "Berlin",
                    "region": "DE-BE",
                    "country": "DE",
                    "postalCode": "10117",
                },
                "registeredAs": "HRB 141211 B",
                "legalForm": {"id": "2HBR", "other": None},
                "status": "ACTIVE",
                "expiration": {"date": None, "reason": None},
            },
        },
    }
}
VIES = {
    "isValid": True,
    "userError": "VALID",
    "name": "ПРИМЕР АД",
    "address": "гр.София\nул. Първа 2",
    "vatNumber": EIK,
}
STATE = f"""<?xml version='1.0' encoding='utf-8'?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<ExecuteSynchronousResponse xmlns="http://tempuri.org/"><ExecuteSynchronousResult><HasError>false</HasError>
<Data><Response><ActualStateResponseV3 xmlns="http://egov.bg/RegiX/AV/TR/ActualStateResponseV3"><Deed>
<DeedStatus>E</DeedStatus><CompanyName>ПРИМЕР</CompanyName><UIC>{EIK}</UIC><LegalForm>AD</LegalForm>
</Deed></ActualStateResponseV3></Response></Data></ExecuteSynchronousResult></ExecuteSynchronousResponse>
</s:Body></s:Envelope>"""
NOTHING = STATE.replace(f"<UIC>{EIK}</UIC>", "").replace("<CompanyName>ПРИМЕР</CompanyName>", "")
ERROR = STATE.replace("<HasError>false", "<HasError>true")
OWN = {
    "schemes": ["EE-KMKR"],
    "found": "$.company",
    "fields": {
        "number": "$.company.code",
        "name": "$.company.name",
        "status": "$.company.state",
        "representatives": "$.company.board[*].name",
        "founded_on": "$.company.since",
    },
    "statuses": {"R": "active", "K": "dissolved"},
}
OWN_XML = {
    "answer": "xml",
    "schemes": ["EE-KMKR"],
    "namespaces": {"e": "urn:example"},
    "found": "/e:company",
    "fields": {"number": "/e:company/@code", "name": "/e:company/e:name", "status": "string(/e:company/e:state)"},
    "statuses": {"R": "active"},
}
EE = "10137319"
EE_JSON = {
    "company": {"code": int(EE), "name": "Näidis OÜ", "state": "R", "board": [{"name": "Mari"}], "since": "1999-05-01"}
}
EE_XML = f'<company xmlns="urn:example" code="{EE}"><name>Näidis OÜ</name><state>R</state></company>'


def says_json(told, **more):
    return Says(**({"body": json.dumps(told).encode(), "kind": "application/json"} | more))


def says_xml(text, **more):
    return Says(**({"body": text.encode(), "kind": "text/xml; charset=utf-8"} | more))


# kind → (settings, a number, an answer that is right)
WORLD = {
    "gleif": ({}, ("DE", LEI), says_json(GLEIF, kind="application/vnd.api+json")),
    "vies": ({}, ("BG", f"BG{EIK}"), says_json(VIES)),
    "regix": ({"context": {"LawReason": "чл. 1"}}, ("BG", EIK), says_xml(STATE)),
    "http": (OWN, ("EE", EE), says_json(EE_JSON)),
    "http over xml": (OWN_XML, ("EE", EE), says_xml(EE_XML, kind="application/xml")),
}


def register(kind, url, tmp_path, **more):
    told, _number, _answer = WORLD[kind]
    rows = {"kind": kind.partition(" ")[0], "name": kind, "url": url, "inside": ["127.0.0.1/32"], "with_http": True}
    file = tmp_path / "registers.toml"
    file.write_text("[[register]]\n" + _toml(rows | dict(told) | more), encoding="utf-8")
    (made,) = desk.configured([str(file)])
    return made


def _toml(told):
    def value(one):
        if isinstance(one, dict):
            return "{" + ", ".join(f"{json.dumps(k)} = {value(v)}" for k, v in one.items()) + "}"
        return json.dumps(one, ensure_ascii=False)

    return "\n".join(f"{key} = {value(one)}" for key, one in told.items())


def ask(kind, behaviour, tmp_path, *, seconds=5.0, **more):
    """What the register says, and what the server was asked."""
    path = {"http": "/c/{number}", "http over xml": "/c?n={number}&s={scheme}"}.get(kind, "")
    with Server(behaviour) as server:
        made = register(kind, f"{server.url}{path}", tmp_path, **more)
        number = read_number(*WORLD[kind][1])
        assert made.serves(number)
        return made.look_up(number, moment=MOMENT, seconds=seconds), server.asked


@pytest.mark.parametrize("kind", WORLD)
def test_a_company_is_found(kind, tmp_path):
    answer, asked = ask(kind, lambda _asked: WORLD[kind][2], tmp_path)
    assert isinstance(answer, Found), answer
    assert (answer.register, answer.as_of) == (kind, MOMENT.date())
    assert answer.particulars.name
    assert len(asked) == 1


def test_gleif_says_address_and_own_number(tmp_path):
    answer, asked = ask("gleif", lambda _asked: WORLD["gleif"][2], tmp_path)
    found = answer.particulars
    assert (found.scheme, found.number, found.country) == ("LEI", LEI, "DE")
    assert (found.address, found.town, found.name_latin) == ("Kronenstr. 1, Haus B", "Berlin", "UBERMETRICS")
    assert found.status is Status.ACTIVE
    assert asked[0].path == f"/lei-records/{LEI}"
    assert asked[0].headers["accept"] == "application/vnd.api+json"


def test_gleif_is_asked_by_a_national_number_that_stays_the_companys(tmp_path):
    entity = GLEIF["data"]["attributes"]["entity"]
    bulgarian = {**entity, "registeredAs": EIK, "legalAddress": {"country": "BG"}}
    told = {"data": [{"attributes": {"lei": LEI, "entity": bulgarian}}]}
    with Server(lambda _asked: says_json(told)) as server:
        made = register("gleif", server.url, tmp_path)
        answer = made.look_up(read_number("BG", EIK), moment=MOMENT, seconds=5)
    assert (answer.particulars.scheme, answer.particulars.number) == ("BG-EIK", EIK)
    assert answer.particulars.other_numbers == (("LEI", LEI),)
    assert "filter%5Bentity.registeredAs%5D=831496285" in server.asked[0].path


def test_gleif_with_two_under_one_number_says_nothing(tmp_path):
    row = {"attributes": {"lei": LEI, "entity": GLEIF["data"]["attributes"]["entity"]}}
    answer, _asked = ask("gleif", lambda _asked: says_json({"data": [row, row]}), tmp_path)
    assert isinstance(answer, NotFound)


def test_a_dissolved_entity_is_said_in_the_registers_words(tmp_path):
    entity = {**GLEIF["data"]["attributes"]["entity"], "status": "INACTIVE", "expiration": {"reason": "DISSOLVED"}}
    told = {"data": {"attributes": {"lei": LEI, "entity": entity}}}
    answer, _asked = ask("gleif", lambda _asked: says_json(told), tmp_path)
    assert (answer.particulars.status, answer.particulars.status_words) == (Status.DISSOLVED, "INACTIVE, DISSOLVED")


def test_vies_knows_a_bulgarian_number_by_its_eik(tmp_path):
    answer, asked = ask("vies", lambda _asked: WORLD["vies"][2], tmp_path)
    assert (answer.particulars.number, answer.particulars.address) == (EIK, "гр.София ул. Първа 2")
    assert asked[0].path == f"/ms/BG/vat/{EIK}"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"isValid": False, "userError": "INVALID"}, NotFound),
        ({"isValid": False, "userError": "MS_UNAVAILABLE"}, Down),
        ({"isValid": False, "userError": "MS_MAX_CONCURRENT_REQ"}, Down),
        ({"isValid": True, "userError": "VALID", "name": "---", "address": "---"}, NotFound),
        ({"actionSucceed": False, "errorWrappers": [{"error": "VOW-ERR-1"}]}, Down),
    ],
    ids=["invalid", "state silent", "too many", "withheld", "error"],
)
def test_what_vies_says_of_others(told, kind, tmp_path):
    answer, _asked = ask("vies", lambda _asked: says_json(told), tmp_path)
    assert isinstance(answer, kind), answer


def test_regix_is_asked_with_the_context_that_law_wants(tmp_path):
    answer, asked = ask("regix", lambda _asked: says_xml(STATE), tmp_path)
    assert (answer.particulars.name, answer.particulars.legal_form) == ("ПРИМЕР", "АД")
    body = asked[0].body.decode()
    assert "ITRAPI.GetActualStateV3" in body and f"<UIC>{EIK}</UIC>" in body and "чл. 1" in body
    assert asked[0].method == "POST"


def test_regix_that_finds_nothing_asks_bulstat(tmp_path):
    answer, asked = ask("regix", lambda _asked: says_xml(NOTHING), tmp_path)
    assert isinstance(answer, NotFound)
    assert [("GetStateOfPlay" in one.body.decode()) for one in asked] == [False, True]


def test_regix_tells_of_its_own_error(tmp_path):
    answer, _asked = ask("regix", lambda _asked: says_xml(ERROR), tmp_path)
    assert answer == Down(register="regix", code="register-error")


def test_a_register_of_ones_own_is_read_by_paths(tmp_path):
    answer, asked = ask("http", lambda _asked: says_json(EE_JSON), tmp_path)
    found = answer.particulars
    assert (found.number, found.name, found.status) == (EE, "Näidis OÜ", Status.ACTIVE)
    assert (found.representatives, str(found.founded_on), found.status_words) == (("Mari",), "1999-05-01", "R")
    assert asked[0].path == f"/c/{EE}"


def test_an_own_register_over_xml(tmp_path):
    answer, asked = ask("http over xml", lambda _asked: says_xml(EE_XML), tmp_path)
    assert (answer.particulars.number, answer.particulars.status) == (EE, Status.ACTIVE)
    assert asked[0].path == f"/c?n={EE}&s=EE-KMKR"


def test_an_own_register_that_knows_nothing(tmp_path):
    answer, _asked = ask("http", lambda _asked: says_json({"company": None}), tmp_path)
    assert isinstance(answer, NotFound)


# --- how a server can fail: every kind of register, every fault ---------------------------------
def _bad(kind):
    right = WORLD[kind][2]
    is_xml = right.kind.startswith(("text/xml", "application/xml"))
    return {
        "silent": (Says(wait=30), "too-slow"),
        "drips": (Says(body=right.body, kind=right.kind, piece=1, pause=0.1), "too-slow"),
        "hangs up": (Says(hang_up=True), "broken-off"),
        "half": (Says(body=right.body[:40], kind=right.kind, length=len(right.body)), "broken-off"),
        "half without a length": (
            Says(body=right.body[:40], kind=right.kind),
            "broken-xml" if is_xml else "broken-json",
        ),
        "500": (Says(status="500 Internal Server Error"), "status-500"),
        "503": (Says(status="503 Service Unavailable"), "status-503"),
        "429": (Says(status="429 Too Many Requests"), "status-429"),
        "403": (Says(status="403 Forbidden"), "status-403"),
        "web page": (Says(body=b"<html>Maintenance</html>", kind="text/html"), "wrong-type"),
        "too large": (Says(body=b" " * 2_000_000, kind=right.kind), "too-large"),
        "inside": (Says(status="302 Found", headers={"Location": "http://127.0.0.2:80/"}), "address-inside"),
        "metadata": (Says(status="302 Found", headers={"Location": "http://169.254.169.254/"}), "address-inside"),
        "file": (Says(status="302 Found", headers={"Location": "file:///etc/passwd"}), "address-refused"),
        "in circles": (Says(status="302 Found", headers={"Location": "/"}), "too-many-redirects"),
        "not unicode": (Says(body=b"\xff\xfe\xfa", kind=right.kind), "broken-xml" if is_xml else "broken-json"),
        "too deep": (Says(body=b"[" * 100_000, kind=right.kind), "broken-xml" if is_xml else "broken-json"),
        "another shape": (
            Says(body=b"<other/>" if is_xml else b'{"other": []}', kind=right.kind),
            {"regix": "unknown-answer"}.get(kind, ""),
        ),
    }


FAULTS = sorted(_bad("vies"))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", WORLD)
def test_what_a_server_does_wrong_is_no_answer_and_no_error(kind, fault, tmp_path):
    says, code = _bad(kind)[fault]
    begun = time.monotonic()
    answer, _asked = ask(kind, lambda _asked: says, tmp_path, seconds=0.8 if says.wait or says.pause else 5.0)
    assert time.monotonic() - begun < 6
    if fault == "another shape" and not code:
        assert isinstance(answer, Down | NotFound)
    else:
        assert answer == Down(register=kind, code=code)


@pytest.mark.parametrize("kind", WORLD)
def test_nobody_listens(kind, tmp_path):
    made = register(kind, "http://127.0.0.1:9/{number}", tmp_path)
    answer = made.look_up(read_number(*WORLD[kind][1]), moment=MOMENT, seconds=2)
    assert answer == Down(register=kind, code="no-connection")


@pytest.mark.parametrize("kind", ["regix", "http over xml"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
    ids=["a file", "laughs", "elsewhere"],
)
def test_entities_are_never_resolved(kind, doctype, tmp_path):
    right = WORLD[kind][2].body.decode()
    body = doctype + right.partition("?>")[2].replace("ПРИМЕР", "&e;") if "?>" in right else doctype + right
    answer, _asked = ask(kind, lambda _asked: Says(body=body.encode(), kind="text/xml"), tmp_path)
    assert answer == Down(register=kind, code="doctype")


def test_an_answer_about_another_company_is_none(tmp_path):
    other = {"company": {**EE_JSON["company"], "code": "10000356"}}
    answer, _asked = ask("http", lambda _asked: says_json(other), tmp_path)
    assert answer == Down(register="http", code="another-number")


def test_what_a_server_says_is_a_line_of_text(tmp_path):
    told = {"company": {**EE_JSON["company"], "name": "Nä\u0000id\u202eis\n\t OÜ", "state": "x" * 9000}}
    answer, _asked = ask("http", lambda _asked: says_json(told), tmp_path)
    assert answer.particulars.name == "Näidis OÜ"
    assert len(answer.particulars.status_words) == 2000


def test_a_name_that_is_none(tmp_path):
    told = {"company": {**EE_JSON["company"], "name": "x" * 5000}}
    answer, _asked = ask("http", lambda _asked: says_json(told), tmp_path)
    assert answer == Down(register="http", code="no-name")


def test_an_answer_is_remembered_and_silence_is_not(tmp_path):
    says = [Says(status="403 Forbidden"), says_json(VIES)]
    with Server(lambda _asked: says.pop(0)) as server:
        made = register("vies", server.url, tmp_path)
        number = read_number("BG", EIK)
        assert isinstance(made.look_up(number, moment=MOMENT, seconds=5), Down)
        assert isinstance(made.look_up(number, moment=MOMENT, seconds=5), Found)
        assert isinstance(made.look_up(number, moment=MOMENT, seconds=5), Found)
    assert len(server.asked) == 2


def test_a_register_that_is_down_is_left_alone(tmp_path, monkeypatch):
    with Server(lambda _asked: Says(status="500 Oops")) as server:
        made = register("vies", server.url, tmp_path)
        for _n in range(3):
            made.look_up(read_number("BG", EIK), moment=MOMENT, seconds=5)
        asked = len(server.asked)
        answer = made.look_up(read_number("BG", EIK), moment=MOMENT, seconds=5)
    assert answer == Down(register="vies", code="resting")
    assert len(server.asked) == asked < 9


def test_a_number_cant_change_the_address(tmp_path):
    """What stands in a number is escaped for where it stands."""
    from pazar.market.companies.adapters.network import generic

    assert generic._filled("https://a/{number}?c={country}", {"number": "../x?&#", "country": "{number}"}, safe="") in (
        "https://a/..%2Fx%3F%26%23?c=%7Bnumber%7D"
    )


# --- all registers together ---------------------------------------------------------------------
def test_registers_share_one_time_limit(tmp_path):
    with Server(lambda _asked: Says(wait=30)) as server:
        slow = [register("vies", server.url, tmp_path, name=f"vies {n}", seconds=0.5) for n in range(6)]
        before = desk.provide(slow)
        try:
            begun = time.monotonic()
            answer = desk.look_up(read_number("BG", EIK), moment=MOMENT, seconds=1.0)
        finally:
            desk.provide(before)
        assert time.monotonic() - begun < 2.5
    assert answer == Down(register="vies 0", code="too-slow")


# --- the operator's file ------------------------------------------------------------------------
def test_our_own_files_are_good():
    assert [one.name if one else None for one in source.read(["snapshot", "gleif", "vies"])] == [
        None,
        "gleif-live",
        "vies",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "tables"),
        ("x = 1", "tables"),
        ("[[register", "can't be read"),
        ('[[register]]\nkind = "ftp"\nname = "a"\nurl = "b"', "kind must be"),
        ('[[register]]\nkind = "vies"\nurl = "b"', "name is missing"),
        ('[[register]]\nkind = "vies"\nname = "a"\nurl = "b"\nulr = 1', "no key"),
        ('[[register]]\nkind = "vies"\nname = "a"\nurl = "b"\ninside = ["no network"]', "network"),
        ('[[register]]\nkind = "vies"\nname = "a"\nurl = "b"\ncertificate = "/nowhere.pem"', "no file"),
        ('[[register]]\nkind = "http"\nname = "a"\nurl = "b"', "schemes"),
        (
            '[[register]]\nkind = "http"\nname = "a"\nurl = "b"\nschemes = ["X"]\nfields = {name = "$.a"}',
            "number stand",
        ),
        (
            '[[register]]\nkind = "http"\nname = "a"\nurl = "b"\nschemes = ["X"]\n'
            'fields = {name = "$..[", number = "$.a"}',
            "no JSONPath",
        ),
        (
            '[[register]]\nkind = "http"\nname = "a"\nurl = "b"\nschemes = ["X"]\nanswer = "xml"\n'
            'fields = {name = "/e:a", number = "/a"}',
            "no XPath",
        ),
        (
            '[[register]]\nkind = "http"\nname = "a"\nurl = "b"\nschemes = ["X"]\n'
            'fields = {name = "$.a", number = "$.a"}\nstatuses = {R = "sleeping"}',
            "sleeping",
        ),
        ('[[register]]\nkind = "vies"\nname = "a"\nurl = "b"\n' * 2, "called a"),
    ],
    ids=lambda value: value if " " in value and len(value) < 30 and "\n" not in value else "",
)
def test_a_file_that_cant_be_understood_is_refused_by_its_place(text, says, tmp_path):
    file = tmp_path / "r.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(source.BadRegisters, match=says):
        source.read([str(file)])


def test_an_unknown_name_is_refused():
    for name in ("nothing", "../../secrets", "/etc/passwd"):
        with pytest.raises(source.BadRegisters, match="no register"):
            source.read([name])
