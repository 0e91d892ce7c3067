"""Settings: read once from the environment, each with a default that works on a laptop.

Nothing else in the house reads the environment. `config.cli` fills in `DATABASE_URL` and
`DATABASE_OWNER_URL` from the embedded PostgreSQL before Django is set up.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from pazar.config import secrets
from pazar.config.static import is_packed
from pazar.ground.postgres.cluster import default_data

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent
BUILD = Path(os.environ.get("PAZAR_BUILD", str(CHECKOUT / "build")))


def _flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def _listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _database(url: str) -> dict[str, Any]:
    """A `postgresql://` URL as Django wants it; `?host=` names a Unix socket's folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", unquote(parts.hostname or ""))
    port = query.pop("port", str(parts.port or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {**query, "pool": POOL} if POOL else query,
    }


# --- where things lie -----------------------------------------------------------------------
DATA = default_data()
DEBUG = _flag("PAZAR_DEBUG")
TESTING = _flag("PAZAR_TESTING")
SECRET_KEY = secrets.read("SECRET_KEY", data=DATA)
ALLOWED_HOSTS = _listed("PAZAR_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = _listed("PAZAR_ORIGINS")
# The address in mails, feeds and exports; the first of ALLOWED_HOSTS is no guess for it behind a proxy.
BASE_URL = os.environ.get("PAZAR_BASE_URL", "http://localhost:8000").rstrip("/")
# The publisher's prefix, given by the Open Contracting Partnership; without one the standard's own for tests.
OCDS_PREFIX = os.environ.get("PAZAR_OCDS_PREFIX", "ocds-213czf")
CENTRE_NAME = os.environ.get("PAZAR_CENTRE_NAME", "Pazar")

# --- database -------------------------------------------------------------------------------
POOL: dict[str, Any] | None = (
    None if TESTING else {"min_size": 1, "max_size": int(os.environ.get("PAZAR_POOL", "12")), "timeout": 10}
)
DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://pazar_app@/pazar")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- apps -----------------------------------------------------------------------------------
GROUND = [
    "clock",
    "codes",
    "files",
    "identity",
    "journal",
    "outbox",
    "jobs",
    "messages",
    "entry",
    "documents",
    "ui",
    "api",
    "webhooks",
    "people",
    "searches",
]
MARKET = ["companies", "procedures", "matching", "signatures", "bids", "awards"]
SALES = ["customers", "channels", "pipeline"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
    *(f"pazar.ground.{name}" for name in GROUND),
    *(f"pazar.market.{name}" for name in MARKET),
    *(f"pazar.sales.{name}" for name in SALES),
    "pazar.roof",
    "pazar.roof.demo",
    # Last: what both translate is said in our words.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "pazar.ground.api.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pazar.ground.identity.middleware.Actors",
    "pazar.ground.ui.middleware.Preferences",
    "pazar.ground.api.middleware.ApiProblems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pazar.ground.ui.middleware.Refusals",
]
ROOT_URLCONF = "pazar.config.urls"
ASGI_APPLICATION = "pazar.config.asgi.application"
_LOADERS: list[Any] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "pazar.ground.ui.context.shell",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "pazar.ground.ui.templatetags.ui",
            ],
        },
    }
]

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "entry:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
# Where somebody is sent who lacks the second factor that his role demands.
FACTOR_URL = "entry:security"
# Of the library for second factors its way of keeping and checking them is used; log-in, mails and limits are ours.
MFA_ADAPTER = "pazar.ground.entry.adapters.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SESSION_ENGINE = "pazar.ground.identity.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BASE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "pazar.ground.ui.pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- words and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("bg", "Български")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
THEME_COOKIE_NAME = "pazar_theme"
CENTRE_ZONE = os.environ.get("PAZAR_ZONE", "Europe/Sofia")
# Whose public holidays the centre keeps (ISO 3166), and its own days off beside them: "2026-12-28,2026-12-29".
CENTRE_COUNTRY = os.environ.get("PAZAR_COUNTRY", "BG")
CENTRE_DAYS_OFF = frozenset(_listed("PAZAR_DAYS_OFF"))
# Which registers of companies are asked, in order: "snapshot" (loaded files), "gleif", "vies", files of your own.
REGISTERS = _listed("PAZAR_REGISTERS", "snapshot")
# How long registrations stay that were refused, declined, or asked about and not answered.
APPLICATIONS_KEPT = timedelta(days=int(os.environ.get("PAZAR_REFUSED_DAYS", "180")))
# Whether a moderator's refusal waits for a colleague to confirm it.
REFUSAL_FOUR_EYES = _flag("PAZAR_REFUSAL_FOUR_EYES")
# How long before a registration is due its moderators' head is told.
MODERATION_ALARM = timedelta(hours=2)

# --- static files ---------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BUILD / "static"
STATICFILES_DIRS = [("vendor", BUILD / "vendor")] if (BUILD / "vendor").is_dir() else []
VENDOR = BUILD / "vendor"
_HASHED = not DEBUG and not TESTING and is_packed(STATIC_ROOT, package=PACKAGE)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files"), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": (
            "pazar.config.storage.PackedFiles" if _HASHED else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not _HASHED
# Otherwise every test client would look at five thousand icons before its first request.
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# All files of one import together; and a folder whose files are imported by themselves, if one is named.
IMPORT_MOST_BYTES = int(os.environ.get("PAZAR_IMPORT_MB", "1024")) * 1024**2
# Networks of one's own that sources of notices may lie in, also by plain http; none unless the operator says so.
IMPORT_INSIDE = _listed("PAZAR_IMPORT_INSIDE")
IMPORT_FOLDER = os.environ.get("PAZAR_IMPORT_FOLDER", "").strip()
FILE_MOST_BYTES = int(os.environ.get("PAZAR_FILE_MB", "25")) * 1024**2
FILE_QUOTA_BYTES = int(os.environ.get("PAZAR_FILES_OF_COMPANY_MB", "2048")) * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# --- mail: kept in the mailbox only, unless a server is named --------------------------------
_MAIL = urlsplit(os.environ.get("EMAIL_URL", ""))
MAIL_SERVER = bool(_MAIL.scheme)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _MAIL.hostname or "localhost"
EMAIL_PORT = _MAIL.port or 25
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_USE_TLS = _MAIL.scheme == "smtp+tls"
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("PAZAR_MAIL_FROM", "Pazar <pazar@localhost>")
# Where mail servers report what they couldn't deliver; each mail's own mark is added before the @ (VERP).
MAIL_BOUNCES = os.environ.get("PAZAR_MAIL_BOUNCES", "").strip()
# Whoever hands such reports to /mail/reports/ shows this word; without it the address doesn't exist.
MAIL_REPORTS_SECRET = os.environ.get("PAZAR_MAIL_REPORTS_SECRET", "").strip()
# Mails a minute to one domain, "*" for every other: "gmail.com=300,*=600"; 0 is no limit.
MAIL_PER_DOMAIN = {
    name.strip().lower(): int(number)
    for name, _is, number in (part.partition("=") for part in _listed("PAZAR_MAIL_PER_DOMAIN", "*=600"))
}

# --- webhooks: networks inside that may be called all the same ("10.1.0.0/16"); none, unless the operator says so ----
WEBHOOKS_INSIDE = _listed("PAZAR_WEBHOOKS_INSIDE")

# --- signatures -----------------------------------------------------------------------------
# Certificates (PEM or DER) of authorities that the centre trusts beside loaded trusted lists: a file or a folder.
TRUST = os.environ.get("PAZAR_TRUST", str(DATA / "trust"))
# Networks inside whose responders (OCSP, CRL) may be asked; none, unless the operator says so.
RESPONDERS_INSIDE = _listed("PAZAR_RESPONDERS_INSIDE")
# What a silent responder means: "soft" (said and forgiven), "hard" (a fault), "off" (nobody is asked).
REVOCATION = os.environ.get("PAZAR_REVOCATION", "soft")

# --- keys outside the database --------------------------------------------------------------
# The server's sealing key, the key that draft prices lie under, the centre's signing key, and the key of its records
# (events, secret journal entries, messages). Every node of a centre has the same.
SEAL_KEYS = Path(os.environ.get("PAZAR_SEAL_KEYS", str(DATA / "keys")))
# Each may come from the environment instead of a file: 64 hexadecimal digits.
SEAL_KEY_VALUES = {
    name: os.environ.get(f"PAZAR_{name.upper()}_KEY", "").strip()
    for name in ("sealing", "drafts", "signing", "records")
}

# --- the journal ----------------------------------------------------------------------------
# The name its heads are signed under; it should never change, since whoever watches the journal knows it by that.
JOURNAL_ORIGIN = os.environ.get("PAZAR_JOURNAL_ORIGIN", f"{urlsplit(BASE_URL).netloc}/journal")
# Acts that didn't happen, whose entries say nothing, so that their number tells little of what did; 0 for none.
JOURNAL_COVER_PER_HOUR = float(os.environ.get("PAZAR_JOURNAL_COVER", "60"))
# A time stamp authority (RFC 3161) for heads, how often, and the certificates (PEM) that it must chain to.
TSA_URL = os.environ.get("PAZAR_TSA_URL", "")
TSA_MINUTES = int(os.environ.get("PAZAR_TSA_MINUTES", "60"))
TSA_ROOTS = os.environ.get("PAZAR_TSA_ROOTS", "")

# --- logs: one JSON object a line, with the request's id, never a body ------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "pazar.ground.api.logs.RequestFilter"}},
    "formatters": {
        "json": {
            "()": "pazar.ground.api.logs.Formatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]}},
    "root": {"handlers": ["out"], "level": os.environ.get("PAZAR_LOG_LEVEL", "INFO")},
    "loggers": {
        # A statement or a request body in a log could hold a draft's price.
        "django.db.backends": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        # Our own line tells of every request; Django's would tell its failures a second time.
        "django.request": {"level": "ERROR"},
        "uvicorn.access": {"level": "WARNING"},
        # They tell every address they ask: a number, or an operator's key, may stand in it.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
NINJA_PAGINATION_PER_PAGE = 50
