"""What a stranger's books mean here (D3): which table is which, which stage is which, which product is meant."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from pazar.sales.customers.rules.mapping import Field, guess
from pazar.sales.pipeline.rules.stages import Stage


class Kind(StrEnum):
    """The tables that books are made of."""

    ACCOUNTS = "accounts"
    DEALS = "deals"
    LEADS = "leads"
    PRODUCTS = "products"


_ACCOUNT: Final = ("account", "account name", "customer", "customer name", "client", "company", "company name",
                   "seller id", "клиент", "име на клиент", "фирма", "контрагент", "партньор")  # fmt: skip
FIELDS: Final[Mapping[Kind, Sequence[Field]]] = {
    Kind.ACCOUNTS: (
        Field("name", (*_ACCOUNT, "name", "име", "наименование")),
        Field("number", ("company number", "vat number", "vat", "tax id", "eik", "registration number", "еик",
                         "булстат")),
        Field("country", ("country code", "country", "office location", "държава")),
        Field("town", ("town", "city", "град", "населено място")),
        Field("parent", ("subsidiary of", "parent", "parent account", "holding", "дъщерно на", "холдинг", "майка")),
        Field("manager", ("account manager", "personal manager", "manager", "owner", "мениджър", "търговец")),
    ),
    Kind.DEALS: (
        Field("id", ("opportunity id", "deal id", "id", "opportunity", "deal no", "номер", "номер на сделка",
                     "mql id")),
        Field("account", _ACCOUNT),
        Field("stage", ("deal stage", "stage", "status", "state", "етап", "състояние", "статус")),
        Field("made", ("engage date", "created", "created at", "created date", "open date", "date", "начало",
                       "дата", "създадена")),
        Field("ended", ("close date", "closed", "closed at", "won date", "end date", "приключена", "край",
                        "дата на приключване")),
        Field("amount", ("close value", "amount", "value", "deal value", "price", "стойност", "сума")),
        Field("manager", ("sales agent", "agent", "owner", "sales rep", "manager", "sr id", "търговец",
                          "мениджър", "отговорник")),
        Field("product", ("product", "product name", "business segment", "продукт", "артикул", "стока")),
        Field("title", ("title", "deal", "deal name", "subject", "сделка", "предмет", "заглавие")),
        Field("currency", ("currency", "валута")),
    ),
    Kind.LEADS: (
        Field("id", ("mql id", "lead id", "id", "номер")),
        Field("made", ("first contact date", "created", "created at", "date", "дата", "първи контакт")),
        Field("source", ("origin", "source", "lead source", "channel", "източник", "канал")),
        Field("account", _ACCOUNT),
        Field("manager", ("sdr id", "sales agent", "owner", "manager", "търговец", "мениджър")),
        Field("title", ("title", "subject", "request", "запитване", "предмет", "заглавие")),
    ),
    Kind.PRODUCTS: (
        Field("name", ("product", "product name", "name", "продукт", "артикул", "наименование")),
        Field("price", ("sales price", "price", "list price", "цена", "продажна цена")),
    ),
}  # fmt: skip
# What shows the kind: all of one of these sets of fields.
_SIGNS: Final[Mapping[Kind, Sequence[frozenset[str]]]] = {
    Kind.DEALS: (
        frozenset({"account", "stage"}),
        frozenset({"id", "stage"}),
        frozenset({"account", "ended"}),
        frozenset({"account", "amount"}),
    ),
    Kind.LEADS: (frozenset({"id", "source"}), frozenset({"made", "source"})),
    Kind.PRODUCTS: (frozenset({"name", "price"}),),
    Kind.ACCOUNTS: (frozenset({"name"}),),
}
NEEDED: Final[Mapping[Kind, Sequence[str]]] = {
    Kind.ACCOUNTS: ("name",),
    Kind.DEALS: (),
    Kind.LEADS: (),
    Kind.PRODUCTS: ("name",),
}


def kind_of(columns: Sequence[str]) -> Kind | None:
    """Which table these columns are of; None for none that is known. Deals are looked for first, they name the most."""
    for kind, signs in _SIGNS.items():
        found = guess(FIELDS[kind], columns).columns.keys()
        if any(sign <= found for sign in signs):
            return kind
    return None


_STAGES: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.NEW: ("new", "prospecting", "prospect", "lead", "open", "нова", "нов", "ново", "начало"),
    Stage.QUALIFIED: ("qualified", "engaging", "qualification", "discovery", "contacted", "working", "demo",
                      "квалифицирана", "в работа", "среща", "презентация"),
    Stage.PROPOSAL: ("proposal", "quote", "quoted", "offer", "proposal sent", "value proposition", "оферта",
                     "предложение"),
    Stage.NEGOTIATION: ("negotiation", "negotiating", "contract", "contract sent", "verbal", "преговори", "договор"),
    Stage.WON: ("won", "closed won", "success", "signed", "paid", "спечелена", "спечелен", "успех", "сключена"),
    Stage.LOST: ("lost", "closed lost", "failed", "rejected", "cancelled", "загубена", "изгубена", "изгубен", "отказ"),
}  # fmt: skip
_BY_WORD: Final = {word: stage for stage, words in _STAGES.items() for word in words}


def stage_of(text: str, said: Mapping[str, Stage]) -> Stage | None:
    """The stage that books call `text`; `said` are the words a person explained, folded."""
    word = _folded(text)
    return said.get(word) or _BY_WORD.get(word)


def stages_said(said: Mapping[str, str]) -> dict[str, Stage]:
    """A person's explanations, word → stage. Raises ValueError for a stage that isn't one."""
    return {_folded(word): Stage(stage) for word, stage in said.items()}


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold()))


def product_key(name: str) -> str:
    """What two spellings of one product share: "GTX Pro", "GTXPro" and "gtx-pro" are one, "GTX Plus Pro" another."""
    return "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold()))


class Products:
    """The products a desk knows; each spelling in the books is read as the known one, and counted where it differs."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known: dict[str, str] = {}
        self.reconciled: Counter[tuple[str, str]] = Counter()
        for name in known:
            self.add(name)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, name: str) -> None:
        self._known.setdefault(product_key(name), name)

    def read(self, name: str) -> str:
        """The name as the desk knows it; a new one is known from now on by its first spelling."""
        if not name:
            return ""
        known = self._known.setdefault(product_key(name) or name, name)
        if known != name:
            self.reconciled[name, known] += 1
        return known
