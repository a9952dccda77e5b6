"""One command each, printing a table."""
