"""Who may read and mark messages: each his own."""

from tests.access.matrix import OK, Call, Case, Stage, persons, public, staff_only

from pazar.ground import sealing
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.messages import commands, kinds, unsubscribing
from pazar.ground.messages.commands.feeds import make_address
from pazar.ground.messages.models import Mail, Message, Suppression

KIND = "test_of_access"


def message_of_the_owner(stage: Stage) -> Message:
    kinds.register(kinds.Kind(key=KIND, label="Things of a test"))
    owner = stage.people[Role.OWNER]
    commands.tell(
        person_ids=[owner.pk],
        kind=KIND,
        once="access",
        path="/market/",
        render=lambda _language: commands.Told(title="A thing", text="happened"),
    )
    return Message.objects.get(person=owner, once=sealing.token("access"))


def message(stage: Stage) -> Call:
    return Call(kwargs={"message_id": message_of_the_owner(stage).pk})


def mail(stage: Stage) -> Call:
    return Call(kwargs={"mail_id": Mail.objects.get(message=message_of_the_owner(stage)).pk})


def address_in_the_mail(stage: Stage) -> Call:
    found = message_of_the_owner(stage)
    return Call(kwargs={"token": unsubscribing.token(unsubscribing.Wish(person_id=found.person_id, kinds=(KIND,)))})


def choices(_stage: Stage) -> Call:
    paces = {f"pace:{kind.key}": "at_once" for kind in kinds.muteable()}
    return Call(form={**paces, "hour": "8", "weekday": "0", "quiet_from": "", "quiet_until": ""})


def stuck_mail(stage: Stage) -> Call:
    mail_id = mail(stage).kwargs["mail_id"]
    Mail.objects.filter(pk=mail_id).update(state=Mail.State.FAILED)
    return Call(kwargs={"mail_id": mail_id})


def suppression(stage: Stage) -> Call:
    ended, _made = Suppression.objects.get_or_create(
        address="gone@example.org", defaults={"why": "hard", "since": "2026-01-01T00:00Z"}
    )
    return Call(kwargs={"suppression_id": ended.pk})


def new_feed(_stage: Stage) -> Call:
    return Call(form={"feed": "matches"})


def feed_of_the_owner(stage: Stage) -> Call:
    row = make_address(actor=stage.actor(Role.OWNER), feed="matches")
    return Call(kwargs={"address_id": row.pk})


CASES = [
    persons("messages:inbox"),
    Case(route="messages:feeds", foreign=OK),
    Case(route="messages:feeds", method="POST", make=new_feed, foreign=OK),
    Case(
        route="messages:revoke_feed",
        method="POST",
        make=feed_of_the_owner,
        allowed=frozenset({Role.OWNER}),
        refused=404,
    ),
    # Under the ASGI server `live` answers before this, each his own number.
    public("messages:stream"),
    persons("messages:all_read", method="POST"),
    persons("messages:settings"),
    persons("messages:settings", choices, method="POST"),
    Case(route="messages:open", method="POST", make=message, allowed=frozenset({Role.OWNER}), refused=404),
    # Whoever has the mail has the address in it.
    public("messages:unsubscribe", address_in_the_mail),
    public("messages:unsubscribe", address_in_the_mail, method="POST"),
    # The tests' centre is a demo, where all mails lie open; a real one is tested in test_pages.
    public("messages:mailbox"),
    public("messages:mail", mail),
    public("messages:mail_html", mail),
    staff_only("messages:post", StaffRole.OPERATOR),
    staff_only("messages:send_again", StaffRole.OPERATOR, make=stuck_mail, method="POST"),
    staff_only("messages:lift", StaffRole.OPERATOR, make=suppression, method="POST"),
    # Shows the centre's secret word or finds nothing; test_bounces shows it.
    Case(
        route="messages:take_report",
        method="POST",
        allowed=frozenset(),
        refused=404,
        foreign=404,
        nobody=404,
        visitor=404,
    ),
]
