"""Lossless and 12-bit JPEG for pydicom, decoded by imagecodecs (BSD 3-clause).

The usual plugin for JPEG lossless (process 14, the commonest compressed syntax of CT archives) is under the GPL and
GDCM has an open CVE, so that this module gives pydicom a third: libjpeg-turbo 3 through imagecodecs. The two names
``is_available`` and ``DECODER_DEPENDENCIES`` are what pydicom asks of a decoder plugin.
"""

from importlib.util import find_spec

from pydicom import uid
from pydicom.pixels import get_decoder
from pydicom.pixels.decoders.base import DecodeRunner

SYNTAXES = (uid.JPEGLossless, uid.JPEGLosslessSV1, uid.JPEGExtended12Bit)
DECODER_DEPENDENCIES = dict.fromkeys(SYNTAXES, ("imagecodecs>=2024.1",))
PLUGIN = "imagecodecs"


def is_available(transfer_syntax: str) -> bool:
    """Whether the decoder can serve this transfer syntax here."""
    return transfer_syntax in SYNTAXES and find_spec("imagecodecs") is not None


def decode_frame(src: bytes, runner: DecodeRunner) -> bytearray:
    """One JPEG frame to its samples, little endian, in the container that the runner expects."""
    import imagecodecs

    frame = imagecodecs.jpeg_decode(src)
    runner.set_option("bits_allocated", frame.dtype.itemsize * 8)
    return bytearray(frame.tobytes())


def register() -> None:
    """Make pydicom use this module; doing it twice is harmless."""
    for syntax in SYNTAXES:
        decoder = get_decoder(syntax)
        if PLUGIN not in decoder.available_plugins:
            decoder.add_plugin(PLUGIN, (__name__, "decode_frame"))
