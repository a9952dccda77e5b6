"""Where this server's own paths begin: Streamlit's `server.baseUrlPath`.

A proxy may put a further prefix before them and take it away again. Only the browser knows that one, so pages
build addresses relative to themselves; see `addressOf` in `live/connection.js`.
"""

from streamlit import config


def base_path() -> str:
    """`/parley`, or empty."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def own_path(path: str) -> str:
    """The path of a request without `base_path`; unchanged where it does not begin with it."""
    base = base_path()
    return path.removeprefix(base) if path.startswith(f"{base}/") else path
