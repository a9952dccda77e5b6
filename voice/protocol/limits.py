"""How long a call may go on by itself. Pure values; what comes of them is in `voice.protocol.closing`."""

import msgspec

DEFAULT_IDLE_S = 5 * 60.0
DEFAULT_CAP_S = 60 * 60.0


class Limits(msgspec.Struct, frozen=True):
    """`idle_s`: hang up after so long without a word of anybody. `cap_s`: the longest call. 0 for none."""

    idle_s: float = DEFAULT_IDLE_S
    cap_s: float = DEFAULT_CAP_S
