"""A parse whose module takes long to be imported, as large libraries do on a busy machine."""

import time

from apps.isolation import Port

time.sleep(6)


def parse(_given: dict, _port: Port) -> None:
    time.sleep(600)
