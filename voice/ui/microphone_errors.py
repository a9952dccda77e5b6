"""What a browser's refusal of the microphone means for a person: cause and cure."""

from voice.protocol.errors import MediaFailed

INSECURE = "InsecureContext"
_REASONS: dict[str, tuple[str, str]] = {
    INSECURE: (
        "The browser gives the microphone only to pages on https or localhost.",
        "Open Parley by https, or on its own machine at http://localhost:8501.",
    ),
    "NotAllowedError": (
        "The browser was not allowed to use the microphone.",
        "Allow the microphone for this page (the icon beside the address), then connect again.",
    ),
    "NotFoundError": ("No microphone was found.", "Plug one in or switch it on, then connect again."),
    "NotReadableError": (
        "The microphone is in use by another program, or the system does not give it.",
        "Close the other program, or pick another microphone in the browser's settings, then connect again.",
    ),
    "NotSupportedError": (
        "This browser can't make calls: it has no WebRTC.",
        "Open Parley in a current Chrome, Edge, Firefox or Safari.",
    ),
}
_SAME_AS = {
    "SecurityError": "NotAllowedError",
    "OverconstrainedError": "NotFoundError",
    "AbortError": "NotReadableError",
}


_UNKNOWN = ("The microphone could not be opened.", "Check it in the browser's settings, then connect again.")


def microphone_failed(name: str) -> MediaFailed:
    """The error for a `DOMException` name of `getUserMedia`, or for `INSECURE`; any text is safe."""
    return MediaFailed(*_REASONS.get(_SAME_AS.get(name, name), _UNKNOWN))
