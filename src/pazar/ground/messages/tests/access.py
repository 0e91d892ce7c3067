"""Who may read and mark messages: each his own."""

from tests.access.matrix import Call, Case, Stage, persons, public

from pazar.ground import sealing
from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages import commands, kinds, unsubscribing
from pazar.ground.messages.models import Mail, Message

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
    return Call(kwargs={"token": unsubscribing.token(unsubscribing.Wish(person_id=found.person_id, kind=KIND))})


CASES = [
    persons("messages:inbox"),
    persons("messages:all_read", method="POST"),
    persons("messages:settings"),
    persons("messages:settings", lambda stage: Call(form={"mail": []}), method="POST"),
    Case(route="messages:open", method="POST", make=message, allowed=frozenset({Role.OWNER}), refused=404),
    # Whoever has the mail has the address in it.
    public("messages:unsubscribe", address_in_the_mail),
    public("messages:unsubscribe", address_in_the_mail, method="POST"),
    # The tests' centre is a demo, where all mails lie open; a real one is tested in test_pages.
    public("messages:mailbox"),
    public("messages:mail", mail),
    public("messages:mail_html", mail),
]
