"""The History page: the list of calls, a call opened, two beside each other."""
