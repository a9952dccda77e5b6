"""The table that a person reads."""

from voice.probe.rows import ROWS, Result, Verdict
from voice.probe.table import WIDTH, summary, table


def results(verdict: Verdict = Verdict.SAME, seen: str = "as expected") -> dict[str, Result]:
    return {row.id: Result(row, verdict, seen) for row in ROWS}


def test_it_fits_its_width_whatever_was_seen() -> None:
    for seen in ("x" * 300, "many words " * 30, ""):
        lines = table(results(Verdict.NOT_TESTED, seen)).splitlines()
        assert max(map(len, lines)) <= WIDTH


def test_every_check_is_in_it_with_what_was_seen() -> None:
    text = " ".join(table(results(seen="forty two")).split())
    for row in ROWS:
        assert row.title.split()[0] in text
    assert text.count("forty two") == len(ROWS)


def test_what_only_informs_is_marked() -> None:
    found = results(Verdict.DIFFERS)
    lines = table(found).splitlines()
    assert sum(line.endswith("differs*") for line in lines) == sum(not row.relied_on for row in ROWS)
    assert "* For information only: Parley doesn't rely on it." in lines


def test_the_summary_names_what_parley_relies_on_and_is_not_as_expected() -> None:
    found = results()
    assert summary(found) == f"{len(ROWS)} same. Everything that Parley relies on is as expected."
    informing, relied = (next(row for row in ROWS if row.relied_on is wanted) for wanted in (False, True))
    found[informing.id] = Result(informing, Verdict.DIFFERS, "")
    assert "as expected" in summary(found)
    found[relied.id] = Result(relied, Verdict.DIFFERS, "")
    assert summary(found).endswith(f"relies on these, but they differ: {relied.title}.")
    found[relied.id] = Result(relied, Verdict.NOT_TESTED, "")
    assert summary(found).endswith("1 that Parley relies on could not be tested.")


def test_a_run_that_was_stopped_does_not_look_like_a_good_one() -> None:
    first = ROWS[0]
    assert summary({first.id: Result(first, Verdict.SAME, "")}) == (
        f"1 of {len(ROWS)} checks were made: 1 same."
    )
    assert summary({}) == f"0 of {len(ROWS)} checks were made: none."
