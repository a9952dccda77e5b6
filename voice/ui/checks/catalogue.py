"""Which checks there are, in the order of the page, and which of them answer a symptom. Only words."""

import msgspec


class Check(msgspec.Struct, frozen=True):
    """`button` starts it; where `by_itself` is set it also runs when the page opens. `invite` is shown until
    it has run.
    """

    name: str
    title: str
    button: str = "Check again"
    by_itself: bool = True
    invite: str = ""


class Symptom(msgspec.Struct, frozen=True):
    """What a person notices, and the checks that tell why."""

    words: str
    checks: tuple[str, ...]


CHECKS = (
    Check("page", "Page address"),
    Check("browser", "Browser"),
    Check("microphone", "Microphone", "Check the microphone", by_itself=False),
    Check(
        "speaker",
        "Loudspeaker",
        "Play a tone",
        by_itself=False,
        invite="Plays a tone and asks if you heard it.",
    ),
    Check(
        "echo",
        "Echo",
        "Play a tone",
        by_itself=False,
        invite="Plays a tone and listens how much of it the microphone hears.",
    ),
    Check("live", "Connection to Parley"),
    Check("media", "Media connection"),
    Check("sound", "Sound format"),
    Check("turn", "TURN server"),
    Check("key", "Key"),
    Check("agent", "Agent"),
    Check("local_agent", "Local agent"),
    Check("disk", "Disk"),
    Check("database", "Database"),
)

SYMPTOMS = (
    Symptom("The microphone is blocked", ("page", "browser", "microphone")),
    Symptom("The agent interrupts itself", ("echo",)),
    Symptom("Voices sound like chipmunks", ("sound",)),
    Symptom("UNAUTHORIZED", ("key",)),
    Symptom("Close code 1006", ("agent", "live")),
    Symptom("It connects for ever", ("media", "turn")),
    Symptom("I hear nothing", ("speaker", "media")),
)
