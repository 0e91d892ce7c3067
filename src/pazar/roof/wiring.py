"""Who listens to what: read this first.

*Later* handlers run as background jobs, each once per event; *at once* runs in the transaction of the act.
`CLOCKWORK` names what is done at a moment of the centre's clock. Nothing else joins Market and Sales.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from pazar import events
from pazar.ground import outbox
from pazar.ground.jobs import clockwork, rounds
from pazar.ground.jobs.rounds import Round
from pazar.ground.journal import sequencer, stamping
from pazar.ground.messages.commands import digests, sending
from pazar.ground.webhooks import kinds as webhooks
from pazar.ground.webhooks.commands import delivering, reading
from pazar.market.awards import handlers as awards
from pazar.market.bids import handlers as bids
from pazar.market.companies import handlers as companies
from pazar.market.matching import handlers as matching
from pazar.market.matching.queries import matches
from pazar.market.procedures import handlers as procedures
from pazar.market.procedures.commands import folder, sources, undo
from pazar.market.signatures import handlers as signatures
from pazar.roof import public_events
from pazar.sales.channels import handlers as channels
from pazar.sales.channels import queries as leads
from pazar.sales.customers import handlers as customers
from pazar.sales.pipeline import handlers as pipeline
from pazar.sales.pipeline import queries as deals

Handler = Callable[[Any], None]

AT_ONCE: dict[type, tuple[Handler, ...]] = {
    # A procedure is never public without the box its bids go into.
    # Nor without the request that the matcher finds its suppliers.
    events.ProcedurePublished: (bids.make_box, matching.ask_published),
    events.ProcedureChanged: (matching.ask_changed,),
    events.OutsideProceduresImported: (matching.ask_imported,),
    # Nothing is in nobody's hands, not for a moment.
    events.PersonLeft: (
        procedures.hand_over,
        customers.hand_over,
        channels.hand_over,
        pipeline.hand_over,
    ),
}

WIRING: dict[type, tuple[Handler, ...]] = {
    events.ProcedurePublished: (matching.match_published, bids.plan_reminders, awards.list_procedure),
    events.ProcedureChanged: (
        matching.match_changed,
        bids.tell_of_change,
        bids.plan_reminders,
        channels.note_changed,
        pipeline.note_change,
        awards.list_procedure,
    ),
    events.ProcedureClosed: (bids.tell_of_closing, awards.list_procedure),
    events.ProcedureCancelled: (
        bids.tell_of_end,
        bids.plan_reminders,
        channels.note_cancelled,
        pipeline.note_cancellation,
        awards.list_procedure,
    ),
    events.EnquiryAnswered: (procedures.tell_asker,),
    events.OutsideProceduresImported: (matching.match_imported, awards.list_imported),
    events.OutsideProceduresWithdrawn: (channels.note_withdrawn,),
    events.SuppliersMatched: (matching.tell_suppliers, channels.note_opportunities),
    events.BidSubmitted: (
        bids.confirm_receipt,
        pipeline.note_bid,
    ),
    events.BidWithdrawn: (bids.confirm_withdrawal, pipeline.note_withdrawal),
    events.BoxOpened: (bids.tell_of_opening,),
    events.ProcedureAwarded: (awards.send_letters, pipeline.note_outcome, awards.list_procedure),
    events.LeadTaken: (),
    events.CompanyAdmitted: (matching.note_first_interest,),
    events.CompanyRenamed: (procedures.note_renaming, customers.note_renaming),
    events.AdmissionUndone: (matching.forget_interests,),
    events.PersonLeft: (),
}

CLOCKWORK: dict[str, Callable[[UUID], None]] = {
    "close_procedure": bids.close_box,
    **{name: partial(bids.remind, name) for name in bids.REMINDERS},
    "ask_register_again": companies.ask_register_again,
    **{name: partial(companies.escalate, name) for name in companies.ALARMS},
}

# Who builds on procedures that an import brought: undoing it leaves them where one of these has something of them.
HOLDERS = {undo.TOLD: matches.told_of, undo.LEAD: leads.with_leads, undo.DEAL: deals.with_deals}

# What the worker does again and again, beside jobs and the clock.
ROUNDS: dict[str, Round] = {
    # In a thread of its own: a receipt's proof doesn't wait for a box that takes long to shut.
    "journal": Round(act=sequencer.one_round),
    "stamps": Round(act=stamping.one_round, seconds=60.0),
    "digests": Round(act=digests.send_due, seconds=5),
    "never confirmed": Round(act=companies.forget_unconfirmed, seconds=60),
    "members' registers": Round(act=companies.watch_members, seconds=60),
    "decided long ago": Round(act=companies.forget_decided, seconds=3600),
    "known names": Round(act=companies.keep_known_names, seconds=60),
    "registers": Round(act=companies.ask_registers_again, seconds=5),
    "ends of certificates": Round(act=signatures.look_at_ends, seconds=600),
    "events for webhooks": Round(act=reading.read_on),
    "webhooks": Round(act=delivering.deliver_due),
    "notice sources": Round(act=sources.start_due, seconds=20),
    "import folder": Round(act=folder.look, seconds=2),
    "mails": Round(act=sending.send_waiting, end=sending.finish),
}


def connect() -> None:
    for kind, handlers in WIRING.items():
        outbox.connect(kind, later=handlers, at_once=AT_ONCE.get(kind, ()))
    clockwork.connect(CLOCKWORK)
    undo.connect(HOLDERS)
    rounds.connect(ROUNDS)
    webhooks.connect(public_events.TYPES, public_events.TRANSLATIONS)
