"""The Celery application. Broker, queues and schedule are settings; tasks live in each app's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

app = Celery("marginalia")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
