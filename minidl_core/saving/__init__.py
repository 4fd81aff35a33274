"""Networks saved to and loaded from one safetensors file."""

from minidl_core.saving.loading import load
from minidl_core.saving.saved import check_savable, save
from minidl_core.saving.writing import check_path, place_of

__all__ = ["check_path", "check_savable", "load", "place_of", "save"]
