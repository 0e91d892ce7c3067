"""Home: what the centre is, and its live figures."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Pazar")
