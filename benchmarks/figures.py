"""How figures are printed."""

import numpy as np


def print_ms(label: str, values: list[float]) -> None:
    """One row: smallest, median, 95th percentile, largest, and how many."""
    names = {"min": 0, "p50": 50, "p95": 95, "max": 100}
    figures = (f"{name} {np.percentile(values, percent):5.0f}" for name, percent in names.items())
    print(f"{label:46}", *figures, f"ms  n={len(values)}", flush=True)
