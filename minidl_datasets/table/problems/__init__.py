"""Problems of a table, shown all at once, and the line of settings that solves them."""
