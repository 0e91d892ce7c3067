"""Why something failed, in words that hold no value: an exception's message may quote a whole row."""

import traceback
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from pazar.ground.jobs.models import JobFault


def say(error: BaseException) -> str:
    """The exception's type and the last place of our own code it went through."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "pazar" in Path(frame.filename).parts]
    if not own:
        return type(error).__name__
    path = Path(own[-1].filename)
    place = ".".join(path.with_suffix("").parts[path.parts.index("pazar") :])
    return f"{type(error).__name__} in {place}, line {own[-1].lineno}"


def note(job_id: int, error: BaseException) -> None:
    """Keep why the job failed this time, over what stood there."""
    with transaction.atomic():
        JobFault.objects.update_or_create(job_id=job_id, defaults={"fault": say(error), "at": timezone.now()})
