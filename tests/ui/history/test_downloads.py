"""Files that Streamlit keeps for a download belong to those who asked for them."""

from voice.ui.history.downloads import MAX_FILES, Downloads


def test_the_same_content_is_of_everybody_it_was_given_to_and_of_nobody_else() -> None:
    downloads = Downloads()
    assert downloads.give("ann", b"one call") == b"one call"
    downloads.give("bob", b"one call")
    downloads.give("ann", b"another call")
    assert downloads.are_of("ann", b"one call")
    assert downloads.are_of("bob", b"one call")
    assert not downloads.are_of("bob", b"another call")
    assert not downloads.are_of("ann", b"a call that nobody exported")


def test_only_the_newest_are_remembered() -> None:
    downloads = Downloads()
    for number in range(MAX_FILES + 1):
        downloads.give("ann", str(number).encode())
    assert not downloads.are_of("ann", b"0")
    assert downloads.are_of("ann", b"1")
