"""Hook implementations that come with minidl."""
