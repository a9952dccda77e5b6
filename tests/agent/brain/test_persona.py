import pytest

from tests.agent.brain.support import agent, brain, reply, user
from voice.agent.brain import Conversation, Say
from voice.agent.brain.persona import DEFAULT_NAME, Persona, parse


@pytest.mark.parametrize(
    ("prompt", "name", "role", "style"),
    [
        ("You are Captain Flint, a cheerful pirate.", "Captain Flint", "a cheerful pirate", "pirate"),
        ("You are Ava.", "Ava", "", None),
        ("Your name is Bob and you help people.", "Bob", "", None),
        ("You're a formal butler named Jeeves who serves tea.", "Jeeves", "a formal butler", "formal"),
        ("Act as a wizard.", DEFAULT_NAME, "a wizard", "wizard"),
        ("You are Dr. Smith, the doctor.", "Dr. Smith", "the doctor", None),
        ("You are a helpful voice assistant.", DEFAULT_NAME, "a helpful voice assistant", None),
        ("You are a helpful assistant. Your name is Mia Lee.", "Mia Lee", "a helpful assistant", None),
        ("You\u2019re a grumpy robot called Marvin.", "Marvin", "a grumpy robot", "robot"),
        ("Talk like a cowboy", DEFAULT_NAME, "a cowboy", "cowboy"),
        (
            "You are a receptionist at a clinic. You help patients.",
            DEFAULT_NAME,
            "a receptionist at a clinic",
            None,
        ),
        ("You are an agent. Never sound like a robot.", DEFAULT_NAME, "an agent", None),
        ("You are a patient teacher.", DEFAULT_NAME, "a patient teacher", "patient"),
        ("", DEFAULT_NAME, "", None),
        ("Answer questions about our shop.", DEFAULT_NAME, "", None),
    ],
)
def test_name_role_and_style_are_read_from_the_prompt(
    prompt: str, name: str, role: str, style: str | None
) -> None:
    persona = parse(prompt)
    assert (persona.name, persona.role, persona.style and persona.style.name) == (name, role, style)


def test_an_empty_prompt_is_the_neutral_persona() -> None:
    assert parse("") == Persona()
    assert reply("who are you").startswith("I'm Parley's local agent.")


def test_a_pirate_sounds_like_one() -> None:
    prompt = "You are Captain Flint, a cheerful pirate."
    assert (
        reply("hello", prompt=prompt)
        == "Ahoy, matey! I'm Captain Flint, a cheerful pirate. What can I do for you?"
    )
    assert reply("what's 12 times 7", prompt=prompt) == "Arr! 12 times 7 is 84."
    assert "Captain Flint here" in reply("what's the capital of France?", prompt=prompt)
    assert "matey" in reply("goodbye", prompt=prompt)


def test_a_named_agent_answers_to_its_name() -> None:
    assert reply("Flint, what's 12 times 7?", prompt="You are Captain Flint.") == "12 times 7 is 84."
    assert reply("what time is it Ava", prompt="You are Ava.") == "It's 3:05 PM."


def test_a_changed_prompt_acts_on_the_next_reply() -> None:
    talker = brain()
    replies = [
        talker.answer(Conversation(prompt, (), (user("what's 2 plus 2"),)))
        for prompt in ("", "Talk like a robot.", "You are a pirate.")
    ]
    assert replies == [Say("2 plus 2 is 4."), Say("Beep boop. 2 plus 2 is 4."), Say("Arr! 2 plus 2 is 4.")]


def test_turns_of_phrase_rotate() -> None:
    prompt = "You are a pirate."
    openings = {reply("what's 2 plus 2", *[agent("x")] * count, prompt=prompt) for count in range(4)}
    assert len(openings) == 4


@pytest.mark.parametrize(
    "prompt", ["Answer in one sentence.", "Be brief.", "Keep your answers short.", "Give short replies."]
)
def test_a_brief_agent_says_one_sentence(prompt: str) -> None:
    assert reply("what's the capital of France", prompt=prompt).count(".") == 1
    assert reply("what's 3.5 times 2", prompt=prompt) == "3.5 times 2 is 7."


def test_a_brief_agent_still_finishes_its_jokes() -> None:
    assert len(reply("tell me a joke", prompt="Be brief.").split()) > 8


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('End every reply with the word "banana".', "2 plus 2 is 4. Banana."),
        ("Always end each answer with over and out.", "2 plus 2 is 4. Over and out."),
        ('Start every answer with "Well then".', "Well then. 2 plus 2 is 4."),
        ("Call the user Commander.", "Commander, 2 plus 2 is 4."),
    ],
)
def test_phrases_the_prompt_asks_for_are_said(prompt: str, expected: str) -> None:
    assert reply("what's 2 plus 2", prompt=prompt) == expected


@pytest.mark.parametrize(
    "prompt", ["Respond only in French.", "You speak Spanish.", "Always answer in German"]
)
def test_a_prompt_in_another_language_is_told_once_that_only_english_is_spoken(prompt: str) -> None:
    first = reply("what's 2 plus 2", prompt=prompt)
    assert first == "I can only speak English. 2 plus 2 is 4."
    assert reply("what's 2 plus 2", agent(first), prompt=prompt) == "2 plus 2 is 4."


def test_a_language_named_in_passing_is_no_wish_to_speak_it() -> None:
    assert parse("You are an expert in French cuisine.").language == ""


def test_words_repeated_for_the_person_are_left_as_they_are() -> None:
    assert reply("repeat after me: red lorry", prompt="You are a brief pirate.") == "Red lorry."
