"""An image in High-Throughput JPEG 2000, kept in a file: the oldest imagecodecs that is allowed decodes it and cannot
encode it.

``python -m tests.apps.medical.dicom.htj2k`` writes the file, by the encoder (OpenJPH) of a later one.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_suffix(".npz")


def kept() -> tuple[NDArray[np.uint16], bytes]:
    """The values of a slice of an analytic chest, and the stream that holds them without loss."""
    with np.load(FILE) as file:
        return file["values"], file["coded"].tobytes()


if __name__ == "__main__":
    import imagecodecs

    from tests.apps.medical.dicom.making import make_series

    values = make_series().datasets[20].pixel_array
    coded = np.frombuffer(imagecodecs.htj2k_encode(values, reversible=True), np.uint8)
    np.savez_compressed(FILE, values=values, coded=coded)
