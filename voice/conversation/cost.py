"""What a call costs, in money and in words. Pure; the price comes with the agent's address."""

_SECONDS_PER_HOUR = 3600
_HALF_A_CENT_USD = 0.005


def cost_usd(billed_s: float, usd_per_hour: float | None) -> float | None:
    """The price of `billed_s` seconds of open socket; None when nobody can say."""
    return None if usd_per_hour is None else max(0.0, billed_s) * usd_per_hour / _SECONDS_PER_HOUR


def cost_text(usd: float | None) -> str:
    """`$0.17`; empty for what is free or has no known price."""
    if not usd:
        return ""
    return f"${usd:.2f}" if usd >= _HALF_A_CENT_USD else "< $0.01"
