"""Calls to take along, in every format: `FORMATS` says what there is, `export` and `write_zip` make it.

Formats of text are pure functions of a `FullCall`; those with sound read its recording. Text of either
speaker is untrusted in all of them.
"""

from voice.history.export.bundle import write_zip
from voice.history.export.formats import FORMATS, Format, export, file_name_of

__all__ = ["FORMATS", "Format", "export", "file_name_of", "write_zip"]
