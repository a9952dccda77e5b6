import re

import pytest

from tests.agent.brain.support import agent, reply, user
from voice.agent.brain.skills.counting import MAX_NUMBERS
from voice.agent.brain.skills.jokes import JOKES


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("What time is it?", "It's 3:05 PM."),
        ("can you tell me the time please", "It's 3:05 PM."),
        ("what time is it right now", "It's 3:05 PM."),
        ("What time is it in Tokyo?", "In Tokyo it's 12:05 AM on Tuesday."),
        ("what's the time in new york", "In New York it's 10:05 AM."),
        ("What's the date today?", "Today is Monday, November 23, 2026."),
        ("what is today's date", "Today is Monday, November 23, 2026."),
        ("what day is it", "Today is Monday, November 23, 2026."),
        ("what day of the week is it tomorrow", "Tomorrow will be Tuesday."),
        ("what day was it yesterday", "Yesterday was Sunday."),
        (
            "what's the date the day after tomorrow",
            "The day after tomorrow will be Wednesday, November 25, 2026.",
        ),
        ("what year is it", "It is 2026."),
        ("What month is it?", "It is November."),
    ],
)
def test_clock_and_calendar(said: str, expected: str) -> None:
    assert reply(said) == expected


@pytest.mark.parametrize(
    "said", ["what day is christmas", "what was the date of the moon landing in 1969", "which day was I born"]
)
def test_other_days_are_not_answered_with_today(said: str) -> None:
    assert "November 23" not in reply(said)


def test_a_place_without_a_time_zone_gets_the_clock_here_and_is_told_so() -> None:
    assert (
        reply("what time is it in Narnia")
        == "I only know this computer's clock: here it's 3:05 PM. I have no time zone for narnia."
    )


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("Hello!", "I'm Parley's local agent"),
        ("hi there", "Good afternoon!"),
        ("good morning", "Good afternoon!"),
        ("Hey, how are you doing today?", "running well"),
        ("thank you so much", "You're welcome"),
        ("Great, thanks!", "You're welcome"),
        ("bye bye", "Goodbye!"),
        ("Okay, goodbye.", "Goodbye!"),
        ("Stop.", "I'll leave it"),
        ("never mind", "I'll leave it"),
        ("that was funny", "Thank you"),
        ("yes", "What would you like"),
        ("what can you do", "do sums"),
        ("Help!", "do sums"),
        ("what can I ask you?", "do sums"),
        ("What's your name?", "Parley's local agent"),
        ("who am I talking to", "Parley's local agent"),
        ("are you a language model", "no language model"),
        ("Are you ChatGPT?", "no language model"),
        ("are you a real person", "no person"),
        ("how do you work", "rules"),
        ("do you need the internet", "offline"),
        ("Can you hear me?", "I can hear you"),
        ("testing one two three", "the test works"),
        ("do you speak Spanish", "only understand and speak English"),
        ("how old are you", "no feelings or age"),
    ],
)
def test_small_talk_is_answered_truthfully(said: str, part: str) -> None:
    assert part in reply(said)


def test_the_name_is_not_said_again_in_a_second_greeting() -> None:
    assert "Parley" not in reply("hello", agent("Good afternoon! I'm Parley's local agent."))


def test_jokes_are_not_repeated_in_a_call_until_all_are_told() -> None:
    told: list[str] = []
    for _ in JOKES:
        joke = reply("tell me another joke", *(agent(text) for text in told))
        assert joke not in told
        told.append(joke)
    assert "all my jokes" in reply("Tell me a joke.", *(agent(text) for text in told))


def test_a_joke_cut_short_still_counts_as_told() -> None:
    first = reply("tell me a joke", seed=5)
    assert reply("tell me a joke", agent(first[:30]), seed=5) != first


def test_another_one_means_a_joke_only_after_a_joke() -> None:
    assert reply("another one", agent(JOKES[0])) in JOKES
    assert reply("another one") not in JOKES


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("spell necessary", "Necessary: N, E, C, E, S, S, A, R, Y."),
        ("How do you spell rhythm?", "Rhythm: R, H, Y, T, H, M."),
        ("Can you spell the word cat for me?", "Cat: C, A, T."),
        ("how is knee spelled", "Knee: K, N, E, E."),
        ("spell New York", "New york: N, E, W then Y, O, R, K."),
    ],
)
def test_words_are_spelled(said: str, expected: str) -> None:
    assert reply(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("count to five", "1, 2, 3, 4, 5."),
        ("Count from five to nine.", "5, 6, 7, 8, 9."),
        ("count down from three", "3, 2, 1."),
        ("count backwards from 5 to 2", "5, 4, 3, 2."),
        ("count to ten by 2", "1, 3, 5, 7, 9."),
        ("count", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."),
    ],
)
def test_counting(said: str, expected: str) -> None:
    assert reply(said) == expected


@pytest.mark.parametrize("said", ["count to a million", "count to 999999999", "count down from 999999999"])
def test_counting_stops_before_it_gets_long(said: str) -> None:
    assert reply(said).endswith("I'll stop there.")
    assert len(re.findall(r"\d+", reply(said))) == MAX_NUMBERS


def test_coins_dice_and_random_numbers_stay_in_range() -> None:
    for seed in range(20):
        assert reply("flip a coin", seed=seed) in {"It's heads.", "It's tails."}
        rolled = [int(n) for n in re.findall(r"\d+", reply("roll two dice", seed=seed))]
        assert rolled[0] + rolled[1] == rolled[2]
        assert all(1 <= n <= 6 for n in rolled[:2])
        assert 1 <= int(reply("roll a twenty sided die", seed=seed).split()[-1].strip(".")) <= 20
        picked = reply("pick a number between one and ten", seed=seed)
        assert picked.startswith("My number between 1 and 10 is ")
        assert 1 <= int(picked.split()[-1].strip(".")) <= 10
        assert reply("choose tea or coffee", seed=seed) in {"I pick tea.", "I pick coffee."}


def test_the_same_dice_give_the_same_replies() -> None:
    assert reply("roll ten dice", seed=3) == reply("roll ten dice", seed=3)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Repeat after me: The quick brown fox!", "The quick brown fox."),
        ("repeat after me hello world", "Hello world."),
        ("Can you say banana?", "Banana."),
        ("say I'm not a robot", "I'm not a robot."),
    ],
)
def test_words_are_repeated_as_they_were_said(said: str, expected: str) -> None:
    assert reply(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "say that again",
        "Can you repeat that, please?",
        "Pardon?",
        "what did you say",
        "sorry I didn't catch that",
    ],
)
def test_the_last_reply_is_said_again_as_it_was_heard(said: str) -> None:
    assert (
        reply(said, agent("The first."), user("And?"), agent("The second one, cut")) == "The second one, cut"
    )


def test_nothing_said_yet_is_not_repeated() -> None:
    assert reply("say that again") == "I haven't said anything yet."


_CALL = (user("My dog is red."), agent("Okay."), user("He eats fish."), agent("Fine."))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("what did I say first", "The first thing you said was: My dog is red."),
        ("What was the first thing I said?", "The first thing you said was: My dog is red."),
        ("What did I just say?", "Just before that you said: He eats fish."),
        ("how many times have I spoken", "Before that question you spoke 2 times."),
        (
            "summarize our conversation so far",
            "You spoke 2 times so far. Lately you said: My dog is red; He eats fish.",
        ),
    ],
)
def test_the_call_is_remembered(said: str, expected: str) -> None:
    assert reply(said, *_CALL) == expected


def test_a_name_is_remembered_and_the_newest_one_counts() -> None:
    assert reply("My name is Anna.") == "Nice to meet you, Anna. What can I do for you?"
    earlier = (user("I'm Anna."), agent("Hello."), user("call me ben"), agent("Fine."))
    assert reply("What's my name?", *earlier) == "You told me your name is Ben."
    assert reply("what is my name", *_CALL) == "You haven't told me your name yet."


@pytest.mark.parametrize(
    "said", ["call me back later", "I'm sorry", "I'M TIRED", "this is Great and all", "my name is not that"]
)
def test_what_is_no_introduction_is_not_taken_for_a_name(said: str) -> None:
    assert "Nice to meet you" not in reply(said)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("What's the capital of France?", ("offline", "What's the capital of France")),
        ("what is the weather in paris", ("no weather report", "what is the weather in paris")),
        ("who won the election", ("no news", "who won the election")),
        ("How tall is Mount Everest", ("no facts", "How tall is Mount Everest")),
        ("tell me about black holes", ("no facts", "tell me about black holes")),
        ("set an alarm for seven", ("no rule or tool", "set an alarm for seven")),
    ],
)
def test_questions_of_fact_are_declined_naming_what_was_heard(said: str, parts: tuple[str, ...]) -> None:
    for part in parts:
        assert part in reply(said)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("go forward ten meters", ("I heard: go forward ten meters.", "the number 10")),
        ("thirty three four six ninety two", ("33, 4, 6 and 92", "makes 135")),
        ("eight of spades four of clubs seven of hearts", ("8, 4 and 7",)),
        ("He was not an ill disposed young man.", ("I heard: He was not an ill disposed young man.",)),
    ],
)
def test_statements_are_acknowledged_by_what_was_heard(said: str, parts: tuple[str, ...]) -> None:
    for part in parts:
        assert part in reply(said)


@pytest.mark.parametrize("said", ["", "   ", "...", "?!", "\u266a"])
def test_no_words_are_told_so(said: str) -> None:
    assert reply(said) == "I didn't catch any words. Please say that again."


def test_suggestions_vary_from_turn_to_turn() -> None:
    first = reply("the sky is blue")
    assert reply("the sky is blue", agent(first)) != first
