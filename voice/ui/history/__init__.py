"""The History page: the list of calls, a call opened, two beside each other, and what can be done with them."""
