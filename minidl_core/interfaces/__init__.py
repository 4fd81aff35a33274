"""The interfaces that plugins implement, and the classes that they share."""
