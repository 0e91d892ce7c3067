"""What the buyers of the story need: the texts and figures of their procedures."""

from dataclasses import replace
from decimal import Decimal

from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts

# The usual price of one unit, by category: bids are made of it.
PRICES = {
    "31321210": "3.20",
    "31321220": "14.80",
    "31224400": "41.00",
    "32562000": "2.10",
    "31213300": "185.00",
    "34928530": "164.00",
    "34928510": "310.00",
    "31527260": "92.00",
    "33140000": "0.42",
    "33141420": "0.09",
    "33199000": "11.50",
    "30213100": "720.00",
    "42122130": "2450.00",
    "42131260": "88.00",
    "44162500": "19.60",
    "45231300": "148.00",
    "45233142": "36.00",
}


def _item(description: str, cpv: str, quantity: str, unit: str, place: str) -> ItemFacts:
    return ItemFacts(description=description, cpv=cpv, quantity=Decimal(quantity), unit=unit, place=place)


def _lot(title: str, region: str, *items: ItemFacts, description: str = "") -> LotFacts:
    value = sum((Decimal(PRICES[item.cpv]) * (item.quantity or 0) for item in items), Decimal(0))
    return LotFacts(
        title=title,
        description=description,
        cpv=tuple(dict.fromkeys(item.cpv for item in items)),
        regions=(region,),
        # An estimate is a round figure.
        value_amount=(value / 100).quantize(Decimal(1)) * 100,
        items=items,
    )


COMMON = Facts(
    language="bg",
    currency="EUR",
    payment_terms="До 30 дни след приета доставка и фактура.",
    delivery_terms="Доставка франко склада на възложителя, с разтоварване.",
)

CABLES_TODAY = replace(
    COMMON,
    kind="open_tender",
    regime="commercial",
    title="Кабели ниско и средно напрежение за 2027 г.",
    description="Доставка на силови кабели и кабелна арматура за ремонт и присъединяване на клиенти. "
    "Кабелите се доставят на барабани, с протокол от изпитване за всяка дължина.",
    requirements="Кабелите да отговарят на БДС HD 603 и БДС HD 620. Производителят да е със сертификат по ISO 9001.",
    lots=(
        _lot(
            "Кабели ниско напрежение",
            "BG421",
            _item("NAYY-J 4x185 SM, 0,6/1 kV", "31321210", "48000", "MTR", "Пловдив"),
            _item("NAYY-J 4x95 SM, 0,6/1 kV", "31321210", "62000", "MTR", "Пловдив"),
            _item("NYY-J 5x16 RE, 0,6/1 kV", "31321210", "15000", "MTR", "Асеновград"),
        ),
        _lot(
            "Кабели средно напрежение",
            "BG421",
            _item("NA2XS(F)2Y 1x185/25, 12/20 kV", "31321220", "36000", "MTR", "Пловдив"),
            _item("NA2XS(F)2Y 1x95/16, 12/20 kV", "31321220", "12000", "MTR", "Пазарджик"),
        ),
        _lot(
            "Кабелна арматура",
            "BG421",
            _item("Съединителна муфа 12/20 kV, термосвиваема", "31224400", "800", "C62", "Пловдив"),
        ),
    ),
)
SUBSTATION = replace(
    COMMON,
    kind="open_tender",
    regime="commercial",
    title="Кабели и кутии за подстанция „Марица-изток“",
    description="Доставка на кабели средно напрежение, оптични кабели и разпределителни кутии за нова подстанция.",
    requirements="Доставка на три пъти, по график на възложителя.",
    lots=(
        _lot(
            "Кабели средно напрежение",
            "BG344",
            _item("NA2XS(F)2Y 1x240/25, 12/20 kV", "31321220", "9000", "MTR", "Стара Загора"),
        ),
        _lot(
            "Оптични кабели", "BG344", _item("Оптичен кабел, 24 влакна G.652D", "32562000", "14000", "MTR", "Раднево")
        ),
        _lot(
            "Кабелни кутии",
            "BG344",
            _item("Кабелна разпределителна кутия, 8 извода", "31213300", "60", "C62", "Раднево"),
        ),
    ),
)
JOINTS = replace(
    COMMON,
    kind="request_for_prices",
    regime="commercial",
    title="Кабелни муфи и кабели за аварийния склад",
    description="Допълване на аварийния склад преди зимата.",
    lots=(
        _lot("Муфи", "BG421", _item("Съединителна муфа 0,6/1 kV", "31224400", "350", "C62", "Пловдив")),
        _lot("Кабел", "BG421", _item("NAYY-J 4x150 SM, 0,6/1 kV", "31321210", "8000", "MTR", "Пловдив")),
    ),
)
STREET_LIGHTS = replace(
    COMMON,
    kind="open_tender",
    regime="commercial",
    title="Светодиодни осветители за дворове на подстанции",
    description="Подмяна на осветлението в 38 подстанции, с демонтаж на старите осветители от възложителя.",
    requirements="Светлинен поток поне 9 000 lm, защита IP66, гаранция пет години.",
    lots=(
        _lot(
            "Осветители",
            "BG421",
            _item("Светодиоден осветител 70 W, 4000 K", "34928530", "420", "C62", "Пловдив"),
            _item("Прожектор 150 W", "31527260", "110", "C62", "Пловдив"),
        ),
        _lot("Стълбове", "BG421", _item("Стоманен стълб, 6 m, поцинкован", "34928510", "90", "C62", "Пазарджик")),
    ),
)
OPTICAL = replace(
    COMMON,
    kind="request_for_prices",
    regime="commercial",
    title="Оптични и силови кабели за диспечерската мрежа",
    description="Свързване на 12 възлови станции.",
    lots=(
        _lot("Силови кабели", "BG421", _item("NYY-J 3x2,5 RE", "31321210", "22000", "MTR", "Пловдив")),
        _lot("Оптични кабели", "BG421", _item("Оптичен кабел, 48 влакна", "32562000", "30000", "MTR", "Пловдив")),
    ),
)
STREETS = replace(
    COMMON,
    kind="open_tender",
    regime="bg_public",
    title="Ремонт на улици в Горноречица",
    description="Частичен ремонт на настилки на улиците „Христо Ботев“, „Липа“ и „Речна“.",
    requirements="Опит с поне един обект с подобен обем през последните пет години.",
    lots=(
        _lot(
            "Асфалтови работи",
            "BG311",
            _item("Фрезоване и полагане на асфалтобетон, 6 cm", "45233142", "4200", "MTK", "Горноречица"),
        ),
    ),
)
LIBRARY = replace(
    COMMON,
    kind="open_tender",
    regime="bg_public",
    title="Осветление на градския парк",
    description="Доставка на паркови осветители и стълбове.",
    lots=(
        _lot(
            "Паркови осветители",
            "BG311",
            _item("Парков осветител 40 W, 3000 K", "34928530", "140", "C62", "Горноречица"),
            _item("Стълб, 4 m", "34928510", "140", "C62", "Горноречица"),
        ),
    ),
)
WATER_MAIN = replace(
    COMMON,
    kind="open_tender",
    regime="bg_public",
    title="Подмяна на довеждащ водопровод",
    description="Изкоп, полагане на тръби DN 250 и възстановяване на настилката между резервоара и града.",
    requirements="Вписване в Централния професионален регистър на строителя, втора категория.",
    seal="server_and_person",
    lots=(
        _lot(
            "Водопровод",
            "BG311",
            _item("Полагане на водопровод DN 250, с изкоп и засипване", "45231300", "3200", "MTR", "Горноречица"),
            _item("Тръба PE100 DN 250 PN16", "44162500", "3300", "MTR", "Горноречица"),
        ),
    ),
)
CONSUMABLES = replace(
    COMMON,
    kind="open_tender",
    regime="commercial",
    title="Медицински консумативи за шест месеца",
    description="Периодични доставки по заявка на болничната аптека.",
    requirements="CE маркировка; остатъчен срок на годност поне 75 на сто.",
    lots=(
        _lot(
            "Ръкавици", "BG323", _item("Ръкавици за преглед, нитрилни, без пудра", "33141420", "400000", "C62", "Русе")
        ),
        _lot(
            "Превързочни материали",
            "BG323",
            _item("Компрес, стерилен, 10x10 cm", "33140000", "90000", "C62", "Русе"),
            _item("Бинт, 10 cm x 10 m", "33140000", "30000", "C62", "Русе"),
        ),
        _lot("Облекло", "BG323", _item("Хирургическа престилка, еднократна", "33199000", "2500", "C62", "Русе")),
    ),
)
COMPUTERS = replace(
    COMMON,
    kind="request_for_prices",
    regime="commercial",
    title="Преносими компютри за отделенията",
    description="Подмяна на остарели компютри.",
    lots=(_lot("Компютри", "BG323", _item("Преносим компютър 14 инча, 16 GB", "30213100", "45", "C62", "Русе")),),
)
PUMPS = replace(
    COMMON,
    kind="open_tender",
    regime="commercial",
    title="Помпи и арматура за помпени станции „Сакар“",
    description="Подмяна на четиринадесет помпи в седем станции.",
    requirements="Коефициент на полезно действие поне 74 на сто в работната точка.",
    lots=(
        _lot("Помпи", "BG422", _item("Центробежна помпа 45 m³/h, 60 m", "42122130", "14", "C62", "Хасково")),
        _lot("Кранове", "BG422", _item("Сферичен кран DN 100 PN16", "42131260", "120", "C62", "Хасково")),
    ),
)
