"""Who may search the lists: everybody."""

from tests.access.matrix import Call, public

CASES = [
    public("codes:cpv", lambda stage: Call(query={"q": "кабел"})),
    public("codes:nuts", lambda stage: Call(query={"q": "Ямбол"})),
]
