"""A minidl plugin with a layer (swish), a hook (csv_log) and a command (curve)."""
