"""Paths as people write them in settings."""

import os
import re

_VARIABLE = re.compile(r"\$(?:\{\w+\}|\w+)")


def expanded(path: str) -> str:
    """An absolute path: with `~` and `$HOME` expanded as in a shell, and from the working folder if relative.

    Raises `ValueError`, in words that follow the name of a setting.
    """
    result = os.path.expanduser(os.path.expandvars(path))
    if unset := _VARIABLE.search(result):
        raise ValueError(f"uses {unset.group()}, which is not set in the environment")
    if result.startswith("~"):
        raise ValueError("starts with ~, but that home folder is not known; write the whole path")
    return os.path.abspath(result)
