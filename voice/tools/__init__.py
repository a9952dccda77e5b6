"""The tools that Parley offers to an agent: Python functions, their schemas, and what runs them.

Knows nothing of pages, sockets or the session. Nothing here may touch files, the network or the system.
"""

from voice.tools.catalogue import catalogue, default_names, schemas
from voice.tools.runner import ToolOutcome, ToolRunner
from voice.tools.tool import Tool

__all__ = ["Tool", "ToolOutcome", "ToolRunner", "catalogue", "default_names", "schemas"]
