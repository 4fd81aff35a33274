"""Problems of a table: collected, reported together, with the line of settings that solves them."""
