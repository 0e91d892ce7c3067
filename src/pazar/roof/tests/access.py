"""Who may see what stands over both wings."""

from django.db import connection
from tests.access.matrix import OK, Call, Case, Stage, public, staff_only

from pazar.ground import clock
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct
from pazar.ground.journal import queries, sequencer, tree
from pazar.ground.journal.models import Stamp
from pazar.market.procedures.tests.factories import make_draft, make_procedure


def draft(stage: Stage) -> Call:
    """A draft is its company's own; what is published is everybody's (tests of its panels)."""
    return Call(kwargs={"procedure_id": make_draft(stage.actor(Role.BUYER)).pk})


def published(stage: Stage) -> Call:
    return Call(kwargs={"named": make_procedure(stage.actor(Role.BUYER)).reference})


def failed_job(stage: Stage) -> Call:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('default', 'api.forget_old_answers', '{\"timestamp\": 0}', 'failed', 6) RETURNING id"
        )
        return Call(kwargs={"job_id": cursor.fetchone()[0]})


def failed_act(stage: Stage) -> Call:
    """The closing that a publication schedules, as if it had failed to the end."""
    procedure = make_procedure(stage.actor(Role.BUYER))
    act = DueAct.objects.get(name="close_procedure", subject_id=procedure.pk)
    act.tries, act.fault = clockwork.MAX_TRIES, "RuntimeError"
    act.save()
    return Call(kwargs={"act_id": act.pk})


def of_head(stage: Stage) -> Call:
    """What making the company wrote is enough of a journal."""
    make_procedure(stage.actor(Role.BUYER))
    sequencer.sequence()
    return Call(kwargs={"size": queries.last_number()})


def of_the_newest(stage: Stage) -> Call:
    of_head(stage)
    return Call()


def of_two_heads(stage: Stage) -> Call:
    old = of_head(stage).kwargs["size"]
    return Call(query={"old": str(old), "new": str(of_head(stage).kwargs["size"])})


def of_entry(stage: Stage) -> Call:
    return Call(query={"number": "1", "size": str(of_head(stage).kwargs["size"])})


def of_stamp(stage: Stage) -> Call:
    of_head(stage)
    moment = clock.db_now()
    stamp = Stamp.objects.create(head=tree.latest(), authority="x", answer=b"x", stamped_at=moment, made_at=moment)
    return Call(kwargs={"stamp_id": stamp.pk})


CASES = [
    public("roof:companies"),
    Case(
        route="roof:companies_export",
        make=lambda _stage: Call(kwargs={"form": "csv"}),
        allowed=frozenset(Role),
        foreign=OK,
        nobody=404,
    ),
    public("api:list_companies"),
    public("roof:search", lambda stage: Call(query={"q": "кабел"})),
    # What it shows is what everybody may know: secret entries are a leaf until they are disclosed.
    public("roof:journal"),
    public("roof:journal_export"),
    public("roof:heads"),
    public("roof:head", of_head),
    public("roof:head_text", of_head),
    public("roof:checkpoint", of_the_newest),
    public("roof:consistency", of_two_heads),
    public("roof:stamp", of_stamp),
    public("api:journal_heads"),
    public("api:journal_head_latest", of_the_newest),
    public("api:journal_head", of_head),
    public("api:journal_consistency", of_two_heads),
    public("api:journal_inclusion", of_entry),
    staff_only("roof:centre", StaffRole.OPERATOR),
    staff_only("roof:jobs", StaffRole.OPERATOR),
    staff_only("roof:job_again", StaffRole.OPERATOR, make=failed_job, method="POST"),
    staff_only("roof:act_again", StaffRole.OPERATOR, make=failed_act, method="POST"),
    public("roof:company", lambda stage: Call(kwargs={"company_id": stage.company.pk})),
    public("roof:home"),
    public("roof:ocds"),
    public("roof:ocds_release", published),
    public("roof:ocds_named", published),
    public("roof:ocds_bare", published),
    Case(route="roof:procedure", make=draft, visitor=404),
]
