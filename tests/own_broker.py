"""Gives each process of a parallel test run a part of the broker of its own; loaded before Django's settings are."""

import os

from webapp import local_services

NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
os.environ["BROKER_URL"] = f"{local_services.broker_url()}?virtual_host={NUMBER}"
