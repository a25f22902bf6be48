"""A source that is never made safe."""

from apps.isolation import Port


def make_safe(given: dict, port: Port) -> None:
    """Note in the data folder that it was begun."""
    with (port.folder.parents[1] / "begun").open("a") as begun:
        begun.write(f"{given['path']}\n")
    while True:
        pass
