"""The figures of a comparison, drawn with matplotlib."""
