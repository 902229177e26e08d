"""Settings: one file, all from the environment. `.env.example` explains each variable.

Without DATABASE_URL the product runs on embedded services and keeps generated keys beside their data;
with it, every secret must be given, and a missing one stops the start with its name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from webapp import local_services, mail

# One process, one core: numpy's own threads would only fight over it. Read when numpy is first imported, so set here.
os.environ.setdefault("OMP_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATABASE_URL = env.str("DATABASE_URL", default="")
BROKER_URL = env.str("BROKER_URL", default="")
EMBEDDED = not DATABASE_URL
LOCAL_SECRETS = local_services.local_secrets() if EMBEDDED else {}


def secret(name: str) -> str:
    """A secret from the environment, or the generated one of the embedded services."""
    value = env.str(name, default="") or LOCAL_SECRETS.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; set it in the environment (.env.example says how to make one).")
    return value


# Secrets ------------------------------------------------------------------------------------------------------------
SECRET_KEY = secret("SECRET_KEY")
NOTE_KEYS = secret("NOTE_KEYS")
PSEUDONYM_KEY = secret("PSEUDONYM_KEY")

# Where and how it is reached ----------------------------------------------------------------------------------------
DEBUG = False
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many proxies of our own stand in front and add to X-Forwarded-For: so much of it is believed.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
MARGINALIA_DEMO = env.bool("MARGINALIA_DEMO", default=False)

# Data ---------------------------------------------------------------------------------------------------------------
DATA_DIR = local_services.data_dir()
MODELS_DIR = DATA_DIR / "models"
UPLOADS_DIR = DATA_DIR / "uploads"
# Predictions that wait for the database, of each web process.
JOURNAL_MEGABYTES = env.int("JOURNAL_MEGABYTES", default=1_000)
# The largest upload of a batch, and how long after its end its texts and results can be fetched.
BATCH_MEGABYTES = env.int("BATCH_MEGABYTES", default=200)
BATCH_DAYS = env.int("BATCH_DAYS", default=7)
# Modules that register recipes of their own: a spaCy config and what it needs.
TRAINING_RECIPES: list[str] = env.list("TRAINING_RECIPES", default=[])
# Alerts go out by e-mail and to webhooks, to hosts of a private network only when that is allowed.
globals().update(mail.email_settings(env.str("EMAIL_URL", default=""), embedded=EMBEDDED))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or "marginalia@localhost"
WEBHOOK_PRIVATE = env.bool("WEBHOOK_PRIVATE", default=False)
DATABASES: dict[str, Any] = {"default": environ.Env.db_url_config(DATABASE_URL or local_services.database_url())}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL names another engine than PostgreSQL; give a postgres:// address.")
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_PERMISSIONS = 0o600

# Parts --------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "webapp",
    "monitoring",
    "training",
    "annotation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
]
MIDDLEWARE = [
    "webapp.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webapp.middleware.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "webapp.middleware.NoStoreMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webapp.context.page",
            ],
        },
    },
]
FORM_RENDERER = "webapp.form_renderer.QuickRenderer"

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "annotation.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "webapp.sessions.QuickBackend"]
SESSION_ENGINE = "webapp.sessions"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False

# Safety of the pages ------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Language, time, files ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
# Without `collectstatic` (embedded run, tests) files are served from where they are.
STATIC_ROOT = None if EMBEDDED else BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = EMBEDDED
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.static_files.PlotlyFinder",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# API ----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["webapp.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["webapp.api.parsers.PlainJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "webapp.api.negotiation.Negotiation",
    "EXCEPTION_HANDLER": "webapp.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "SCHEMA_COERCE_PATH_PK": False,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Marginalia",
    "DESCRIPTION": "Diseases and treatments in clinical notes.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["webapp.api.openapi.add_components"],
}

# Work in the background ---------------------------------------------------------------------------------------------
# The row in the database is the truth, the message only a nudge: losing or repeating one does no harm.
CELERY_BROKER_URL = BROKER_URL or local_services.broker_url()
# Where the web processes count the rate of a key together; empty: each counts alone.
RATE_URL = env.str("RATE_URL", default="") or local_services.as_redis_url(CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "training.tasks.train": {"queue": "training"},
    "training.tasks.batch": {"queue": "batch"},
    # A canary is taken back within seconds: its judge never waits behind an import.
    "monitoring.tasks.watch_rollouts": {"queue": "traffic"},
    "training.tasks.read_along": {"queue": "shadow"},
    "annotation.tasks.index_notes": {"queue": "index"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "reap-lost-runs": {"task": "training.tasks.reap", "schedule": schedule(10.0), "options": {"expires": 10}},
    "look-after-batches": {
        "task": "training.tasks.look_after_batches",
        "schedule": schedule(10.0),
        "options": {"expires": 10},
    },
    "index-notes": {"task": "annotation.tasks.index_notes", "schedule": schedule(2.0), "options": {"expires": 2}},
    "look-for-new-gold": {
        "task": "training.tasks.look_for_new_gold",
        "schedule": schedule(60.0),
        "options": {"expires": 60},
    },
    "expire-replies": {
        "task": "annotation.tasks.expire_replies",
        "schedule": schedule(600.0),
        "options": {"expires": 600},
    },
    "forget-old-keys": {
        "task": "annotation.tasks.forget_old_keys",
        "schedule": schedule(3600.0),
        "options": {"expires": 3600},
    },
    "months-of-predictions": {
        "task": "training.tasks.make_months",
        "schedule": schedule(3600.0),
        "options": {"expires": 3600},
    },
    "read-along": {"task": "training.tasks.read_along", "schedule": schedule(2.0), "options": {"expires": 2}},
    "watch-rollouts": {"task": "monitoring.tasks.watch_rollouts", "schedule": schedule(2.0), "options": {"expires": 4}},
    "monitor": {"task": "monitoring.tasks.look", "schedule": schedule(60.0), "options": {"expires": 60}},
    "send-alerts": {"task": "monitoring.tasks.send_deliveries", "schedule": schedule(15.0), "options": {"expires": 15}},
    "refresh-accuracy": {"task": "monitoring.tasks.refresh", "schedule": schedule(30.0), "options": {"expires": 30}},
}

# Logs: ids only, never the text of a note ---------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}; set it to DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "webapp.logs.SafeFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "filters": {"without_values": {"()": "webapp.logs.WithoutValues"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_values"]},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # A line for each call and each tick of the clock is noise.
    "loggers": {
        # Django's own set-up adds a mail handler and a handler of its own: ours is enough.
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "spacy": {"level": "WARNING", "propagate": False},
    },
}
