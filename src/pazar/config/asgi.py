"""The ASGI application: Django; a domain's own bare ASGI part (auction rooms) will be mounted here."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pazar.config.settings")
application = get_asgi_application()
