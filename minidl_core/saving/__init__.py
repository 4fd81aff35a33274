"""Networks saved to safetensors files, and loaded from them."""

from minidl_core.saving.atomic_write import check_save_path, real_path
from minidl_core.saving.load_model import load
from minidl_core.saving.save_model import check_savable, save

__all__ = ["check_savable", "check_save_path", "load", "real_path", "save"]
