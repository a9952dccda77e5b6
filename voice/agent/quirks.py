"""Where the service's documentation and its behaviour differ, or were seen to change: one switch each.

Owns the choices; the code that acts on them lives with the matter at hand. Defaults make the local agent
pleasant to talk to and keep to the documentation where that costs nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirks:
    """Behaviour of one local agent.

    Args:
        lead_in_ms: how long after `reply.started` the first word comes at the earliest; what synthesis leaves
            of it is sent as silence. The service was seen with 250 to 1300.
        burst_audio: send a reply's audio as soon as it is made instead of at real time (seen 2026-08).
        single_use_tokens: a token opens one session (documented; not enforced in 2026-09).
        enforce_session_cap: end the session at the token's cap (documented). In 2026-09 the service did not,
            and said `expires_at` an hour ahead whatever the cap.
        enforce_audio_rate: drop audio sent faster than real time (documented; not reproduced).
        inject_messages: `conversation.message` reaches the brain (documented; ineffective in 2026-09).
        tool_hold_ms: how long a reply without words waits for early tool results; the service about 2300.
        resume_window_s: how long a dropped session may be resumed.
        artifacts_delay_s: how long after the end the files of a session appear; the service about 7.
    """

    lead_in_ms: int = 60
    burst_audio: bool = False
    single_use_tokens: bool = True
    enforce_session_cap: bool = True
    enforce_audio_rate: bool = True
    inject_messages: bool = True
    tool_hold_ms: int = 0
    resume_window_s: float = 30.0
    artifacts_delay_s: float = 0.5
