"""Sending a stored file. No address of its own: each domain says who may read what it attached."""

from django.core.files.storage import default_storage
from django.http import FileResponse

from pazar.ground.errors import NotFound
from pazar.ground.files.models import StoredFile


def download(file: StoredFile) -> FileResponse:
    """The content, always to be saved and never to be shown in the page's own origin. Raises NotFound."""
    try:
        content = default_storage.open(file.path, "rb")
    except FileNotFoundError as fault:
        raise NotFound from fault
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(file.size)
    response["Cache-Control"] = "private, no-store"
    # Even a browser that shows it instead runs nothing in it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
