"""Programs of their own, started by ``child.py``: long work in compiled code that could not be stopped otherwise."""
