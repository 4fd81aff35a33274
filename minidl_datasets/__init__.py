"""The datasets that minidl ships: `disk`, and `table` for your own data."""
