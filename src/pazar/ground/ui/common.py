"""Words that many pages share, translated once: a page that says them needs no translation of its own."""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Add"),
    _("Back"),
    _("Cancel"),
    _("Close"),
    _("Company"),
    _("Date"),
    _("Delete"),
    _("Download"),
    _("Edit"),
    _("Home"),
    _("Name"),
    _("Next"),
    _("No"),
    _("Previous"),
    _("Print"),
    _("Remove"),
    _("Save"),
    _("Search"),
    _("Send"),
    _("Status"),
    _("Today"),
    _("Value"),
    _("Yes"),
)
