"""Pixels of one image to Hounsfield units: how they are packed, coded, stored and scaled."""

from apps.medical.dicom.pixels.reader import PixelReader

__all__ = ["PixelReader"]
