"""Why the pixels of an image are not read."""

from apps.medical.dicom.sources import FileSource
from core_model.errors import InputRejected


def unknown_syntax(source: FileSource, number: int) -> InputRejected:
    """The refusal of a transfer syntax that nothing here decodes."""
    return InputRejected(
        "its transfer syntax cannot be decoded here",
        allowed="uncompressed, RLE, JPEG, JPEG lossless, JPEG-LS, JPEG 2000",
        action="export the study uncompressed",
        source=source.place_of(number),
        code="transfer_syntax",
    )


def encapsulated(source: FileSource, number: int) -> InputRejected:
    """The refusal of items of which nothing tells what they hold."""
    return InputRejected(
        "its transfer syntax says that the pixels are plain, but they are packed in items of an unknown coding",
        allowed="pixels as the transfer syntax says",
        action="export the study again from the scanner or archive",
        source=source.place_of(number),
        code="items_under_plain_syntax",
    )


def more_than_stated(source: FileSource, number: int) -> InputRejected:
    """The refusal of a file with pixels that its header does not count."""
    return InputRejected(
        "it holds more pixels than its header says",
        allowed="as many pixels as rows, columns and frames",
        action="export the study again from the scanner or archive",
        source=source.place_of(number),
        code="more_pixels_than_stated",
    )


def contradicts(source: FileSource, number: int, code: str) -> InputRejected:
    """The refusal of values that are not what their header says."""
    place = source.place_of(number)
    if code == "high_bit":
        return InputRejected(
            "HighBit says that its values stand higher than BitsStored needs, but the bits below them are used too",
            allowed="values from HighBit downwards",
            action="export the study again from the scanner or archive",
            source=place,
            code="high_bit",
        )
    if code == "bits_above_stored":
        return InputRejected(
            "its values need more bits than BitsStored says: cut to them, dense tissue would become air",
            allowed="values of BitsStored bits",
            action="export the study again from the scanner or archive",
            source=place,
            code="bits_above_stored_used",
        )
    if code == "sign_contradicts":
        return InputRejected(
            "PixelRepresentation is not that of its values: dense tissue would become air, or air bone",
            allowed="0 for values without a sign, 1 for values with one",
            action="export the study again from the scanner or archive",
            source=place,
            code="sign_contradicts",
        )
    return InputRejected(
        "many of its values lie far below air: slope or intercept is not that of its values",
        allowed="values in Hounsfield units after slope and intercept",
        action="export the study again from the scanner or archive",
        source=place,
        code="values_below_air",
    )
