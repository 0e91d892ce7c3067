"""The open list of the Bulgarian national e-procurement platform (ЦАИС ЕОП) as CSV."""

from typing import Final

from pazar.market.procedures.rules.notice import Notice, Party

from .reader import Limits, Refusing
from .tables import Format
from .values import WEB, Values

_METHODS: Final = {
    "Открита процедура": "open",
    "Ограничена процедура": "restricted",
    "Състезателен диалог": "competitive_dialogue",
    "Партньорство за иновации": "innovation",
}


def notice(row: dict[str, str], limits: Limits) -> Notice:
    """A row. Its deadline is a day without a time."""
    values = Values(limits)
    text = values.text
    number = text(row["unique_id"], "unique_id", 100)
    if not number:
        raise Refusing("no-identity", "unique_id")
    method = text(row["award_method"], "award_method", 500)
    url = text(row["details_link"], "details_link", 2000)
    buyer = text(row["organization"], "organization", 2000)
    published = text(row["publish_date"], "publish_date", 100)
    deadline = text(row["deadline"], "deadline", 100)
    moment = None
    if len(deadline) > 10:
        moment, deadline = values.moment(deadline, "deadline")
    elif deadline and values.day(deadline, "deadline"):
        values.remark("deadline", "date-without-time", deadline)
    return Notice(
        source="bg-cais",
        source_id=number,
        release_id=f"{number}/{published}",
        publisher="ЦАИС ЕОП",
        source_url=url if WEB.fullmatch(url) else "",
        language="bg",
        tags=("tender",),
        buyer=Party(name=buyer, country="BG") if buyer else None,
        title=values.title(row["name"], "name"),
        reference=number,
        method=_METHODS.get(method, method),
        method_details=method,
        published=published,
        published_on=values.day(published, "publish_date") if published else None,
        deadline=moment,
        deadline_text=deadline,
        remarks=tuple(values.remarks),
    )


OPEN_LIST: Final = Format(
    "cais-csv",
    frozenset({"name", "organization", "unique_id", "award_method", "deadline", "publish_date", "details_link"}),
    notice,
    codes=frozenset({"unique_id"}),
)
