"""A layer, a hook and a command for minidl: swish, csv_log and curve."""
