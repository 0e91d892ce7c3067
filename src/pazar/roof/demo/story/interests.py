"""What the suppliers want to hear of, so that real notices and the story's own procedures find them."""

from pazar.market.matching.commands.interests import Wanted, save_interest
from pazar.roof.demo.story.people import Actors

INTERESTS = {
    "nadya": (
        Wanted(name="Кабели", cpv=("31300000", "31224400", "32562000"), mail_outside=True),
        Wanted(
            name="Електроматериали и електромонтаж",
            cpv=("31000000", "45310000", "45230000", "32400000", "34600000", "44300000"),
        ),
    ),
    "momchil": (Wanted(name="Кабели и осветление", cpv=("31300000", "31500000", "31224400", "34928500", "32562000")),),
    "yavor": (Wanted(name="Осветление", cpv=("31500000", "34928500"), mail_outside=True),),
    "kamelia": (Wanted(name="Консумативи и апаратура", cpv=("33000000",)),),
    "vasilena": (
        Wanted(name="Строителство", cpv=("45000000",), regions=("BG",)),
        Wanted(name="Пътища и водопроводи навсякъде", cpv=("45230000",), words_none="газопровод"),
    ),
    "liliya": (
        Wanted(name="Computers", cpv=("30200000", "48000000")),
        Wanted(name="IT services", cpv=("72000000",), words_any="software, софтуер, поддръжка, network"),
    ),
    "thomas": (Wanted(name="Power and light", cpv=("31000000", "34928500", "32562000")),),
    "rangel": (Wanted(name="Помпи, тръби, арматура", cpv=("42120000", "42130000", "44160000")),),
}


def tell(who: Actors) -> None:
    for name, wanted in INTERESTS.items():
        for one in wanted:
            save_interest(actor=who[name], wanted=one)
