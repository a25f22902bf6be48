"""Cases of scans: whose they are, which images belong together, where they lie, what lies beside them."""

from tests.outside import Case
from tests.outside.dicom_pixel_cases import CASES as PIXELS
from tests.outside.scans import Reads

CASES: dict[str, Case[Reads]] = {**PIXELS}
