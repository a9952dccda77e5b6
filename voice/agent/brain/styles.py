"""Turns of phrase for the ways of speaking a system prompt may ask for.

Data and its use. It must never change what an answer says, only how it opens and closes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One way of speaking: how prompts name it, and phrases that go before or after an answer."""

    name: str
    cues: tuple[str, ...]
    hello: str
    goodbye: str
    openers: tuple[str, ...] = ()
    closers: tuple[str, ...] = ()


# Characters come before moods: "a cheerful pirate" opens as a pirate.
STYLES = (
    Style(
        "pirate",
        ("pirate", "buccaneer", "sea captain"),
        "Ahoy, matey!",
        "Fair winds to ye, matey!",
        ("Arr!", "Aye, matey!", "Shiver me timbers!", "Yo ho ho!"),
        ("Savvy?", "By the seven seas!"),
    ),
    Style(
        "cowboy",
        ("cowboy", "cowgirl", "sheriff", "rancher"),
        "Howdy, partner!",
        "Happy trails, partner!",
        ("Well, partner.", "Yes sir!", "I reckon so."),
        ("Yeehaw!",),
    ),
    Style(
        "robot",
        ("robot", "cyborg"),
        "Greetings, human.",
        "Ending transmission. Goodbye, human.",
        ("Beep boop.", "Processing complete.", "Affirmative."),
        ("Beep.",),
    ),
    Style(
        "shakespeare",
        ("shakespeare", "shakespearean", "elizabethan", "medieval", "knight"),
        "Good morrow to thee!",
        "Fare thee well!",
        ("Hark!", "Verily.", "By my troth!"),
        ("So say I.",),
    ),
    Style(
        "wizard",
        ("wizard", "witch", "sorcerer", "mage"),
        "Well met, traveller!",
        "May the stars guide you!",
        ("Abracadabra!", "The crystal ball clears.", "By my beard!"),
        ("So it is written.",),
    ),
    Style(
        "grumpy",
        ("grumpy", "grouchy", "sarcastic", "bad tempered", "cranky"),
        "Oh, it's you.",
        "Finally. Goodbye.",
        ("Hmph.", "If you insist.", "Fine."),
        ("Happy now?",),
    ),
    Style(
        "formal",
        ("formal", "formally", "butler", "professional", "polite", "politely"),
        "Good day to you.",
        "I wish you a pleasant day. Goodbye.",
        ("Certainly.", "Very well.", "Of course."),
    ),
    Style(
        "cheerful",
        (
            "cheerful",
            "cheery",
            "upbeat",
            "enthusiastic",
            "energetic",
            "bubbly",
            "excited",
            "playful",
        ),
        "Hello there! Lovely to hear you!",
        "Bye for now! That was fun!",
        ("Sure thing!", "Oh, I like that one!", "Happy to!"),
        ("Isn't that nice?", "Keep them coming!"),
    ),
    Style(
        "patient",
        # A clinic's patients are no manner of speaking.
        (
            "(?:be|very|and|,) patient",
            r"a patient \w+",
            "patient and",
            "patiently",
            "calm",
            "calmly",
            "soothing",
            "gentle",
        ),
        "Hello. Take all the time you need.",
        "Goodbye. Take good care.",
        ("No rush.", "Let's take it step by step.", "Gladly."),
        ("Take your time.",),
    ),
)
# A closer on every answer is tiresome: one in so many gets it.
_CLOSER_EVERY = 3


def dress(text: str, style: Style, count: int) -> str:
    """Return `text` with the style's phrases around it, rotating by `count`, the earlier replies."""
    parts = [text]
    if style.openers:
        parts.insert(0, style.openers[count % len(style.openers)])
    if style.closers and count % _CLOSER_EVERY == _CLOSER_EVERY - 1 and not text.endswith("?"):
        parts.append(style.closers[(count // _CLOSER_EVERY) % len(style.closers)])
    return " ".join(parts)
