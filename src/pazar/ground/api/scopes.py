"""What a token may be allowed: named by subject and by whether it reads or writes."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.identity.rules.roles import StaffRole


class Scope(StrEnum):
    """Each is asked for by name; writing doesn't include reading."""

    PROCEDURES_READ = "procedures:read"
    PROCEDURES_WRITE = "procedures:write"
    MATCHES_READ = "matches:read"
    MATCHES_WRITE = "matches:write"
    BIDS_READ = "bids:read"
    BIDS_WRITE = "bids:write"
    AWARDS_READ = "awards:read"
    AWARDS_WRITE = "awards:write"
    SALES_READ = "sales:read"
    SALES_WRITE = "sales:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    SEARCHES_READ = "searches:read"
    SEARCHES_WRITE = "searches:write"
    JOURNAL_READ = "journal:read"
    PERSON_READ = "person:read"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"


LABELS: dict[Scope, Promise] = {
    Scope.PROCEDURES_READ: _("Read our drafts and procedures"),
    Scope.PROCEDURES_WRITE: _("Draft, publish and change procedures"),
    Scope.MATCHES_READ: _("Read our interests and matches"),
    Scope.MATCHES_WRITE: _("Change our interests"),
    Scope.BIDS_READ: _("Read our bids"),
    Scope.BIDS_WRITE: _("Draft, send and withdraw bids"),
    Scope.AWARDS_READ: _("Read comparisons and awards"),
    Scope.AWARDS_WRITE: _("Decide and award"),
    Scope.SALES_READ: _("Read our customers, leads and deals"),
    Scope.SALES_WRITE: _("Change our customers, leads and deals"),
    Scope.MESSAGES_READ: _("Read my messages"),
    Scope.MESSAGES_WRITE: _("Mark messages, choose what to be told"),
    Scope.FILES_READ: _("Read files"),
    Scope.FILES_WRITE: _("Put files in"),
    Scope.WEBHOOKS_READ: _("Read our webhooks"),
    Scope.WEBHOOKS_WRITE: _("Make and change our webhooks"),
    Scope.SEARCHES_READ: _("Read my saved searches"),
    Scope.SEARCHES_WRITE: _("Save and change my searches"),
    Scope.JOURNAL_READ: _("Read our entries in the journal"),
    Scope.PERSON_READ: _("Read who I am"),
    Scope.IMPORTS_READ: _("Read the centre's imports"),
    Scope.IMPORTS_WRITE: _("Import into the centre and undo it"),
    Scope.PEOPLE_READ: _("Read who our people are, and our approvals"),
    Scope.PEOPLE_WRITE: _("Give our people roles"),
}

STAFF: dict[Scope, StaffRole] = {
    Scope.IMPORTS_READ: StaffRole.OPERATOR,
    Scope.IMPORTS_WRITE: StaffRole.OPERATOR,
}
"""What only the centre's own people may do; nobody else is offered it."""
