"""Who may search the lists: everybody."""

from tests.access.matrix import Call, public

CASES = [
    public("codes:cpv", lambda stage: Call(query={"q": "кабел"})),
    public("codes:suggest", lambda stage: Call(query={"text": "Доставка на кабели"})),
    public("codes:map", lambda stage: Call(query={"country": "BG"})),
    public("codes:nuts", lambda stage: Call(query={"q": "Ямбол"})),
]
