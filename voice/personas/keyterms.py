"""Key terms: words the recogniser should expect. Pure."""

from collections.abc import Iterable

from voice.protocol.config import MAX_KEYTERMS

# The service names no limit for one term. What is longer is a sentence, which the prompt below it is for.
MAX_KEYTERM_CHARS = 50


def clean_keyterms(lines: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms that can be used, each once and in order, and a sentence for every kind left out."""
    spoken = (" ".join(line.split()) for line in lines)
    terms = list(dict.fromkeys(term for term in spoken if term))
    fitting = [term for term in terms if len(term) <= MAX_KEYTERM_CHARS]
    problems = []
    if too_long := len(terms) - len(fitting):
        terms_are = "1 key term is" if too_long == 1 else f"{too_long} key terms are"
        problems.append(
            f"{terms_are} longer than {MAX_KEYTERM_CHARS} characters and not used. Shorten what is too long."
        )
    if (surplus := len(fitting) - MAX_KEYTERMS) > 0:
        problems.append(
            f"The agent takes {MAX_KEYTERMS} key terms. The last {surplus} are not used: take some out."
        )
    return tuple(fitting[:MAX_KEYTERMS]), tuple(problems)
