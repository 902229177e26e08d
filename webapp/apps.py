from django.apps import AppConfig

# Tasks bind to this application; importing it here, and not in the package, keeps the set-up scripts quick.
from webapp.celery import app as celery_app

__all__ = ["WebappConfig", "celery_app"]


class WebappConfig(AppConfig):
    name = "webapp"
    verbose_name = "Marginalia"
