"""What each column of a table is: a number, a category or a date."""
