"""Tables as files hold them: formats, lines and places, but no decision about what a column means."""
