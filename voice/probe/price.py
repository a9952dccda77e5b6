"""What a run may cost and what it did, in words. Pure."""

from voice.probe.budget import PLANNED_S, usd

_SECONDS = f"{PLANNED_S:.0f} seconds"


def bound(usd_per_hour: float | None) -> str:
    """The most that a run costs, before it begins."""
    if usd_per_hour is None:
        return (
            f"It keeps a socket open for at most {_SECONDS} in all. Parley doesn't know this agent's price."
        )
    if not usd_per_hour:
        return "It costs nothing."
    most = usd(PLANNED_S, usd_per_hour)
    return (
        f"It costs at most ${most:.3f}: a socket is open for at most {_SECONDS} in all, "
        f"at ${usd_per_hour:.2f} an hour."
    )


def spent(seconds: float, usd_per_hour: float | None) -> str:
    """What it came to."""
    cost = "" if not usd_per_hour else f" Cost: ${usd(seconds, usd_per_hour):.3f}."
    return f"Open socket: {seconds:.1f} s.{cost}"
