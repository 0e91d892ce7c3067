"""What webhooks refuse."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal


class AddressRefused(Refusal):
    code = "webhook_address_refused"
    status = 422
    what = _("This address can't be called.")
    why = _("It must begin with https://, its name must be known, and it must lead to the public internet.")
    remedy = _("Give an address that your system answers from outside.")


class SentTooOften(Refusal):
    code = "webhook_sent_too_often"
    status = 429
    what = _("Nothing was sent.")
    why = _("A company sends at most {most} deliveries by hand in an hour, tests and repetitions together.")
    remedy = _("Wait a while; what the centre itself has to tell you is sent all the same.")


class TooManyEndpoints(Refusal):
    code = "too_many_webhooks"
    what = _("Your company has as many webhooks as it may.")
    why = _("{most} are the most.")
    remedy = _("Remove one that nobody needs.")
