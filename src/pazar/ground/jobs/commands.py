"""Run again what used up its tries: the operator's acts."""

from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from pazar.ground import journal
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs.models import DueAct


def run_job_again(*, actor: Actor, job_id: int) -> None:
    """Give a failed job to the worker once more, now. Raises NotFound for nobody's job, and for who isn't operator."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        job = ProcrastinateJob.objects.filter(pk=job_id, status="failed").first()
        if job is None:
            raise NotFound

        with connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), null, null, null)", [job_id])
        journal.append("job.run_again", actor=actor, subject=job, task=job.task_name)


def run_act_again(*, actor: Actor, act_id: int) -> None:
    """Let the clockwork try an act afresh at its next round. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        act = DueAct.objects.select_for_update().filter(pk=act_id, done_at=None).first()
        if act is None:
            raise NotFound

        act.tries, act.fault = 0, ""
        act.save(update_fields=["tries", "fault"])
        journal.append("act.run_again", actor=actor, subject=act, act=act.name)
