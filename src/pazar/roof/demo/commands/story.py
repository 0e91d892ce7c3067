"""Tell the demo's story: six weeks of a market, by the commands of its pages, each at its own moment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.clock.models import Centre
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import queries as jobs
from pazar.ground.people.commands import approvals
from pazar.ground.people.rules.chain import Kind
from pazar.market.awards.commands.award import award_procedure, fingerprint
from pazar.market.awards.queries import comparison
from pazar.market.bids.commands import opening, sealing_keys
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel, change, drafts, enquiries, publish
from pazar.market.procedures.rules.facts import Facts
from pazar.roof.demo import holder, queries
from pazar.roof.demo.commands.clock import run_until
from pazar.roof.demo.length import LENGTH
from pazar.roof.demo.story import applicants, desks, interests, needs, notices, people
from pazar.roof.demo.story.bidding import draft_bid, send_bid

QUARTER = timedelta(minutes=15)


class StoryBroken(Exception):
    """A reaction failed while the story was told: a demo with a hole in it isn't made."""


def seed() -> bool:
    """Tell the story, once: whether it was told now. All of it is there, or nothing. Raises NotFound outside a demo."""
    if not queries.is_demo():
        raise NotFound
    if queries.is_told():
        return False
    with transaction.atomic():
        _Story(today=clock.db_now() + LENGTH).tell()
        journal.append("demo.story_told", actor=CENTRE, subject=Centre.objects.get())
    return True


@dataclass(frozen=True)
class _Step:
    at: datetime
    act: Callable[[], object]


class _Story:
    """`today` is where the clock stands when the story ends; days before it are counted back from there."""

    def __init__(self, *, today: datetime) -> None:
        self._today = today
        self._steps: list[_Step] = []
        self._ids: dict[str, UUID] = {}

    def tell(self) -> None:
        self._who = people.tell()
        interests.tell(self._who)
        self._buy()
        self._bid()
        self._on(-1.5, lambda: notices.tell(actor=self._who["tsvetana"], today=self._today))
        self._on(-40, lambda: applicants.load(self._today.date()))
        for days, applicant in applicants.steps():
            self._on(days, partial(applicants.register, applicant))
        for days, act in desks.steps(self._who, self._ids, self._today):
            self._on(days, act)
        for step in sorted(self._steps, key=lambda step: step.at):
            run_until(step.at)
            step.act()
        run_until(self._today)
        broken = [*jobs.faults(), *(act.fault for act in jobs.failed_acts())]
        if broken:
            raise StoryBroken("; ".join(broken))

    def _on(self, days: float, act: Callable[[], object]) -> None:
        """`act` is done `days` after today (before it, where below nought)."""
        self._steps.append(_Step(self._today + timedelta(days=days), act))

    def _moment(self, days: float) -> datetime:
        """A deadline as people choose it: two in the afternoon, or, on the story's last day, a quarter of an hour."""
        wanted = self._today + timedelta(days=days)
        if not 0 < days < 1:
            local = wanted.astimezone(ZoneInfo(settings.CENTRE_ZONE))
            return local.replace(hour=14, minute=0, second=0, microsecond=0).astimezone(UTC)
        return wanted - timedelta(seconds=wanted.timestamp() % QUARTER.total_seconds()) + QUARTER

    # --- the buyers -----------------------------------------------------------------------------
    def _buy(self) -> None:
        self._publish("pumps", "stefan", needs.PUMPS, begins=-43, ends=-34)
        self._publish("optical", "elena", needs.OPTICAL, begins=-36, ends=-31)
        self._publish("lights", "elena", needs.STREET_LIGHTS, begins=-21, ends=-7)
        self._publish("computers", "desislava", needs.COMPUTERS, begins=-15, ends=-2)
        self._publish("cables", "elena", needs.CABLES_TODAY, begins=-13, ends=0.14)
        self._publish("main", "maria", self._two_keys(needs.WATER_MAIN), begins=-12, ends=21)
        self._publish("consumables", "desislava", needs.CONSUMABLES, begins=-9, ends=6)
        self._publish("joints", "elena", needs.JOINTS, begins=-8, ends=-1)
        self._publish("streets", "maria", needs.STREETS, begins=-6, ends=12)
        self._publish("substation", "elena", needs.SUBSTATION, begins=-0.1, ends=16)
        self._on(-2, lambda: self._draft("park", "maria", needs.LIBRARY, ends=9))

        self._on(-0.5, self._ask_approval)

        self._on(-33.2, lambda: opening.open_box(actor=self._who["stefan"], procedure_id=self._ids["pumps"]))
        self._on(-30, lambda: self._award("pumps", "stefan"))
        self._on(-30.2, lambda: opening.open_box(actor=self._who["elena"], procedure_id=self._ids["optical"]))
        self._on(-28, lambda: self._award("optical", "elena"))
        self._on(-6.2, lambda: opening.open_box(actor=self._who["elena"], procedure_id=self._ids["lights"]))
        self._on(
            -8,
            lambda: cancel.cancel_procedure(
                actor=self._who["desislava"],
                procedure_id=self._ids["computers"],
                reason="Болницата получи компютрите като дарение.",
            ),
        )
        self._on(-3, self._change_consumables)
        self._on(
            -5,
            lambda: self._ask(
                "streets",
                "vasilena",
                "Може ли работите да се изпълняват и през нощта?",
                "maria",
                "Да, от 22 до 6 часа, след съгласуване с кметството.",
            ),
        )
        self._on(-1, lambda: self._ask("streets", "vasilena", "Депото за отпадъците осигурено ли е от общината?"))
        self._on(
            -4,
            lambda: self._ask(
                "cables",
                "thomas",
                "Приемат ли се дървени барабани с връщане?",
                "elena",
                "Да, с депозит за сметка на доставчика.",
            ),
        )

    def _publish(self, key: str, who: str, facts: Facts, *, begins: float, ends: float) -> None:
        def act() -> None:
            self._draft(key, who, facts, ends=ends)
            publish.publish_procedure(actor=self._who[who], procedure_id=self._ids[key])

        self._on(begins, act)

    def _draft(self, key: str, who: str, facts: Facts, *, ends: float) -> None:
        closes_at = self._moment(ends)
        # Answers are due some days before the end: public buyers by law, others by the centre's rules.
        silent = timedelta(days=7 if facts.regime == "bg_public" else 1.5)
        said = replace(facts, value_amount=facts.value, closes_at=closes_at, enquiries_close_at=closes_at - silent)
        self._ids[key] = drafts.create_draft(actor=self._who[who], facts=said).pk

    def _ask_approval(self) -> None:
        """The hospital's owner wants to see what is dear before it is published (A4)."""
        approvals.add_step(
            actor=self._who["anton"],
            kind=Kind.PUBLICATION,
            above=Decimal(100_000),
            currency="EUR",
            role=Role.OWNER,
        )
        facts = replace(needs.COMPUTERS, title="Компютри за новото крило на болницата", value_amount=Decimal(180_000))
        closes_at = self._moment(25)
        said = replace(facts, closes_at=closes_at, enquiries_close_at=closes_at - timedelta(days=2))
        made = drafts.create_draft(actor=self._who["desislava"], facts=said)
        approvals.ask(
            actor=self._who["desislava"],
            kind=Kind.PUBLICATION,
            subject_id=made.pk,
            note="Парите са от програмата за ново строителство.",
        )

    def _two_keys(self, facts: Facts) -> Facts:
        person = self._who[holder.NAME]
        sealing_keys.enrol_key(actor=person, public_key=holder.key().public_bytes)
        return replace(facts, seal_person_id=person.person_id)

    def _award(self, key: str, who: str) -> None:
        actor = self._who[who]
        with acting(actor):
            seen = fingerprint(comparison(procedures.own_procedure(actor, self._ids[key])))
        award_procedure(actor=actor, procedure_id=self._ids[key], seen=seen)

    def _change_consumables(self) -> None:
        actor = self._who["desislava"]
        procedure = procedures.own_procedure(actor, self._ids["consumables"])
        facts = procedures.published_facts(procedure)
        gloves = facts.lots[0]
        more = replace(gloves.items[0], quantity=(gloves.items[0].quantity or Decimal(0)) * 3 / 2)
        lots = (replace(gloves, items=(more,)), *facts.lots[1:])
        change.change_procedure(
            actor=actor,
            procedure_id=procedure.pk,
            facts=replace(facts, lots=lots),
            reason="Разкри се ново отделение: ръкавиците трябва да стигнат и за него.",
        )

    def _ask(self, key: str, who: str, question: str, answerer: str = "", answer: str = "") -> None:
        asked = enquiries.ask(actor=self._who[who], procedure_id=self._ids[key], question=question)
        if answer:
            enquiries.answer(actor=self._who[answerer], enquiry_id=asked.pk, answer=answer)

    # --- the suppliers --------------------------------------------------------------------------
    def _bid(self) -> None:
        self._send("pumps", "rangel", -36, "0.94", "Помпи от собствен склад, с пускане в експлоатация.")
        self._send("pumps", "vasilena", -35.5, "1.08", "Доставка и монтаж.")
        self._send("pumps", "thomas", -35, "0.97", "Pumps and valves from Vienna, warranty three years.", lots=("2",))
        self._send("optical", "nadya", -33, "0.96", "Кабели собствено производство.")
        self._send("optical", "momchil", -32.5, "1.01", "Доставка до пет дни.")
        self._send("optical", "thomas", -32, "0.93", "Optical cable, drums of 2 km.", lots=("2",))
        self._send("lights", "yavor", -10, "0.98", "Осветители собствено производство, гаранция седем години.")
        self._send("lights", "momchil", -9.5, "1.04", "Доставка на два пъти.")
        self._send("lights", "thomas", -9, "0.95", "LED luminaires, five years of warranty.", lots=("1",))
        self._send("joints", "nadya", -3, "0.97", "От склад, до три дни.")
        self._send("joints", "momchil", -2.5, "0.95", "От склад, веднага.")
        self._send("cables", "momchil", -2, "1.02", "Кабели на барабани, с протоколи.")
        self._send("cables", "thomas", -1.5, "0.99", "All lots from stock in Vienna.", days=21)
        self._on(
            -1.2, lambda: self._drafted("cables", "nadya", "0.97", "Кабели собствено производство.", complete=False)
        )
        self._send("consumables", "kamelia", -4, "0.98", "Доставка до 48 часа от заявка.")
        self._send("main", "vasilena", -3, "1.01", "Собствена механизация, две бригади.", days=120)
        self._on(-0.8, lambda: self._drafted("streets", "vasilena", "1.00", "Две бригади, собствена машина."))

    def _drafted(self, key: str, who: str, factor: str, offer: str, *, complete: bool = True) -> None:
        draft_bid(self._who[who], self._ids[key], factor=factor, prices=needs.PRICES, offer=offer, complete=complete)

    def _send(
        self, key: str, who: str, on: float, factor: str, offer: str, *, lots: tuple[str, ...] = (), days: int = 14
    ) -> None:
        def act() -> None:
            actor: Actor = self._who[who]
            bid = draft_bid(
                actor, self._ids[key], factor=factor, prices=needs.PRICES, offer=offer, lots=lots, days=days
            )
            send_bid(actor, bid)

        self._on(on, act)
