"""The companies and people of the story: all of them invented, none of their numbers was given to a firm."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.identity.rules.roles import Role, StaffRole

PASSWORD = "open-market-day"  # noqa: S105 everybody's, printed on the page: a demo holds no secrets
Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Person:
    """`what` tells who becomes him what he will find."""

    email: str
    name: str
    roles: tuple[Role, ...] = ()
    staff_roles: tuple[StaffRole, ...] = ()
    language: str = "bg"
    what: Text = ""


@dataclass(frozen=True, kw_only=True)
class Company:
    """`number` has valid check digits; numbers that begin with 999 aren't given out."""

    key: str
    name: str
    number: str
    town: str
    region: str
    about: Text
    people: tuple[Person, ...] = field(default=())
    country: str = "BG"
    address: str = ""


OWNER, BUYER, COMMITTEE = Role.OWNER, Role.BUYER, Role.COMMITTEE_MEMBER
TENDERS, DIRECTOR, SELLER = Role.TENDER_MANAGER, Role.SALES_DIRECTOR, Role.SALES_MANAGER

TWO_COMPANIES = Person(
    email="ivo@smetki.example",
    name="Иво Сарафов",
    roles=(Role.ACCOUNTANT,),
    what=_("Acts for two companies: the switch stands in the top bar."),
)
BUYERS = (
    Company(
        key="grid",
        name="Тракийска електромрежа ЕАД",
        number="999011070",
        town="Пловдив",
        region="BG421",
        about=_("Distributes electricity; buys cables, lighting and transformers."),
        people=(
            Person(
                email="elena@elektromreja.example",
                name="Елена Стоянова",
                roles=(BUYER,),
                what=_("Her procedure for cables is the first to close, one waits to be opened, one to be awarded."),
            ),
            Person(
                email="georgi@elektromreja.example",
                name="Георги Пенев",
                roles=(OWNER,),
                what=_("Owns the account; may do what Elena may."),
            ),
            Person(
                email="ralitsa@elektromreja.example",
                name="Ралица Маринова",
                roles=(COMMITTEE,),
                language="en",
                what=_("Sits in the committee."),
            ),
            Person(
                email="nikola@elektromreja.example",
                name="Никола Бозов",
                roles=(Role.EVALUATOR,),
                what=_("Evaluates; may look, not decide."),
            ),
            Person(
                email="verka@elektromreja.example",
                name="Верка Тонева",
                roles=(Role.READER,),
                what=_("Reads what the committee reads and changes nothing."),
            ),
        ),
    ),
    Company(
        key="town",
        name="Община Горноречица",
        number="999012449",
        town="Горноречица",
        region="BG311",
        about=_("A municipality; buys by the rules for public buyers."),
        people=(
            Person(
                email="maria@gornorechitsa.example",
                name="Мария Колева",
                roles=(BUYER,),
                what=_("Has a draft with one breach of its regime, and a question without an answer."),
            ),
            Person(
                email="petar@gornorechitsa.example",
                name="Петър Узунов",
                roles=(OWNER,),
                what=_(
                    "Holds the second key of the seal: its file is on the page of the demo, its passphrase is "
                    "everybody's password."
                ),
            ),
        ),
    ),
    Company(
        key="hospital",
        name="МБАЛ „Свети Козма“ АД",
        number="999013819",
        town="Русе",
        region="BG323",
        about=_("A hospital; buys medical supplies and computers."),
        people=(
            Person(
                email="desislava@svetikozma.example",
                name="Десислава Жекова",
                roles=(BUYER,),
                what=_("Changed a procedure after its publication, and cancelled another."),
            ),
            Person(
                email="anton@svetikozma.example",
                name="д-р Антон Велев",
                roles=(OWNER,),
                what=_("Approves what costs more than 100,000 euro: one publication waits for him."),
            ),
            TWO_COMPANIES,
        ),
    ),
    Company(
        key="water",
        name="Водоснабдяване Сакар ООД",
        number="999014180",
        town="Хасково",
        region="BG422",
        about=_("A water utility; buys pumps, pipes and works."),
        people=(
            Person(
                email="stefan@vodasakar.example",
                name="Стефан Тодоров",
                roles=(OWNER, BUYER),
                what=_("Awarded pumps: see the letters, the protocol and who won."),
            ),
            TWO_COMPANIES,
        ),
    ),
)
SUPPLIERS = (
    Company(
        key="copper",
        name="Медна жица АД",
        number="999015558",
        town="Бургас",
        region="BG341",
        about=_("Makes cables; the largest sales desk of the story."),
        people=(
            Person(
                email="nadya@mednajica.example",
                name="Надя Петкова",
                roles=(TENDERS,),
                what=_("One item short of a ready bid for the cables that close first."),
            ),
            Person(
                email="kaloyan@mednajica.example",
                name="Калоян Рашков",
                roles=(DIRECTOR,),
                what=_("Leads the sales desk: opportunities, leads, deals in every stage."),
            ),
            Person(
                email="bilyana@mednajica.example",
                name="Биляна Цонева",
                roles=(SELLER,),
                what=_("Sells: her leads and deals."),
            ),
            Person(email="viktor@mednajica.example", name="Виктор Славов", roles=(SELLER,), language="en"),
            Person(email="denitsa@mednajica.example", name="Деница Гочева", roles=(Role.CHANNEL_HEAD,)),
            Person(email="asen@mednajica.example", name="Асен Мирчев", roles=(Role.ANALYST,)),
            Person(email="ivan@mednajica.example", name="Иван Драгнев", roles=(OWNER,)),
        ),
    ),
    Company(
        key="wire",
        name="Ток и жица ООД",
        number="999016929",
        town="Стара Загора",
        region="BG344",
        about=_("Sells cables and fittings of several makers."),
        people=(
            Person(
                email="momchil@tokijica.example",
                name="Момчил Йовчев",
                roles=(TENDERS, SELLER),
                what=_("His bid for the cables lies sealed in the box."),
            ),
            Person(email="rositsa@tokijica.example", name="Росица Ганева", roles=(OWNER,)),
        ),
    ),
    Company(
        key="light",
        name="Светлик ЕООД",
        number="999017290",
        town="Габрово",
        region="BG322",
        about=_("Makes street lights."),
        people=(
            Person(
                email="teodora@svetlik.example",
                name="Теодора Милева",
                roles=(OWNER,),
                what=_("Bid for street lights that wait for their award."),
            ),
            Person(email="yavor@svetlik.example", name="Явор Кръстев", roles=(TENDERS, SELLER)),
        ),
    ),
    Company(
        key="medical",
        name="Медисклад Рила ООД",
        number="999018667",
        town="София",
        region="BG411",
        about=_("Supplies hospitals."),
        people=(
            Person(
                email="kamelia@medisklad.example",
                name="Камелия Дочева",
                roles=(TENDERS,),
                what=_("Her bid answers a version that was changed since."),
            ),
            Person(email="ognyan@medisklad.example", name="Огнян Бакалов", roles=(DIRECTOR,)),
        ),
    ),
    Company(
        key="works",
        name="Строител Искър АД",
        number="999019035",
        town="Мездра",
        region="BG313",
        about=_("Builds roads, networks and buildings."),
        people=(
            Person(
                email="vasilena@stroiteliskar.example",
                name="Василена Хаджиева",
                roles=(TENDERS, SELLER),
                what=_("Asked the municipality a question that has no answer yet."),
            ),
            Person(email="tihomir@stroiteliskar.example", name="Тихомир Найденов", roles=(OWNER,)),
        ),
    ),
    Company(
        key="bytes",
        name="Байт и пергел ООД",
        number="999020404",
        town="Варна",
        region="BG331",
        about=_("Computers, networks and their upkeep."),
        people=(
            Person(
                email="martin@baitipergel.example",
                name="Martin Yordanov",
                roles=(OWNER,),
                language="en",
                what=_("Matches for computers and software, in English."),
            ),
            Person(email="liliya@baitipergel.example", name="Лилия Панова", roles=(TENDERS, SELLER)),
        ),
    ),
    Company(
        key="danube",
        name="Danube Power Supplies GmbH",
        number="U99900107",
        country="AT",
        town="Wien",
        region="AT130",
        about=_("An Austrian supplier of cables and switchgear; works in English."),
        people=(
            Person(
                email="sophie@danubepower.example",
                name="Sophie Lehner",
                roles=(OWNER,),
                language="en",
                what=_("Lost one procedure and won a lot of another."),
            ),
            Person(email="thomas@danubepower.example", name="Thomas Wieland", roles=(TENDERS, SELLER), language="en"),
        ),
    ),
    Company(
        key="pumps",
        name="Помпи и тръби Тунджа ООД",
        number="999021770",
        town="Ямбол",
        region="BG343",
        about=_("Pumps, pipes and valves."),
        people=(
            Person(
                email="rangel@pompitundja.example",
                name="Рангел Кирчев",
                roles=(OWNER,),
                what=_("Won the pumps: his desk shows the deal won, with its price."),
            ),
        ),
    ),
)
STAFF = (
    Person(
        email="tsvetana@pazar.example",
        name="Цветана Илиева",
        staff_roles=(StaffRole.OPERATOR,),
        what=_("Sees whether the centre works, and runs failed jobs again."),
    ),
    Person(
        email="boris@pazar.example",
        name="Борис Аврамов",
        staff_roles=(StaffRole.MODERATOR,),
        language="en",
        what=_("Three registrations wait for him: one in order, one with a name that is here, one unverified."),
    ),
    Person(
        email="yana@pazar.example",
        name="Яна Раденкова",
        staff_roles=(StaffRole.HEAD_OF_MODERATORS,),
        what=_("Sees whether registrations are decided in time, and by whom."),
    ),
    Person(
        email="milena@pazar.example",
        name="Милена Ганчева",
        staff_roles=(StaffRole.ACCOUNTANT,),
        what=_("Keeps the centre's books; the pages for them come with the tariffs."),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Somebody whose registration waits; what a register has under the number stands in `data/register.csv`."""

    number: str
    name: str
    person: str
    email: str
    town: str = ""
    categories: tuple[str, ...] = ()


APPLICANTS = (
    Applicant(
        number="999022138",
        name="Пекарна Здравец ООД",
        person="Иванка Мутафова",
        email="ivanka@zdravets.example",
        categories=("15810000",),
    ),
    Applicant(
        number="999023507",
        name="Медна жица груп ЕООД",
        person="Стоил Ранков",
        email="stoil.rankov@abv.bg",
    ),
    Applicant(
        number="999024872",
        name="Лозари от Мелник",
        person="Невена Костова",
        email="nevena@lozari.example",
        town="Мелник",
    ),
)
COMPANIES = (*BUYERS, *SUPPLIERS)
COMPANIES_BY_NAME = {company.name: company for company in COMPANIES}
PEOPLE = (*(person for company in COMPANIES for person in company.people), *STAFF)
WHAT = {person.email: person.what for person in PEOPLE}
