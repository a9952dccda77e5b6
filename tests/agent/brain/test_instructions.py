import pytest

from tests.agent.brain.support import agent, follow, user


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        ("Tell the user that their order is ready.", "Your order is ready."),
        ("Please let the user know that they have won.", "You have won."),
        ("tell them the shop closes at 5.30", "The shop closes at 5.30."),
        ("Ask the user what their name is.", "Could you tell me what your name is?"),
        ("Ask the caller whether they are ready", "Could you tell me whether you are ready?"),
        ("Ask for their phone number.", "Could you give me your phone number?"),
        ("Ask the user to hold the line.", "Could you please hold the line?"),
        ('Say exactly: "We close at five."', "We close at five."),
        ("Say: Hello World", "Hello World."),
        ('Say "testing"', "Testing."),
        ("Apologize for the delay.", "I'm sorry for the delay."),
        ("Thank the user for calling.", "Thank you for calling."),
        ("Remind the user to drink water", "Please remember to drink water."),
        ("Say goodbye.", "Goodbye! It was good to talk."),
        ("What is twelve times seven?", "12 times 7 is 84."),
        ("Tell the user the time", "It's 3:05 PM."),
        ("Tell the user what time it is", "It's 3:05 PM."),
        ("Say hello in Spanish.", "I can only speak English, not Spanish: hello!"),
        (
            "Summarize the quarterly report.",
            "I was asked to do this, and have no rule for it: Summarize the quarterly report.",
        ),
    ],
)
def test_instructions_are_followed(instructions: str, expected: str) -> None:
    assert follow(instructions) == expected


@pytest.mark.parametrize(
    "instructions",
    [
        "Greet the user.",
        "Say hello in one sentence.",
        "Greet the user warmly",
        "say hi",
        "Welcome the caller",
    ],
)
def test_greetings_are_given_in_the_personas_way(instructions: str) -> None:
    assert follow(instructions, prompt="You are Flint, a pirate.") == (
        "Ahoy, matey! I'm Flint, a pirate. What can I do for you?"
    )


def test_the_person_is_greeted_by_name_where_one_is_given() -> None:
    assert follow("Greet the user by name: Anna.").startswith("Hello, Anna!")


def test_instructions_win_over_the_newest_message() -> None:
    assert follow("Say: Ready.", user("what time is it")) == "Ready."


def test_blank_instructions_answer_the_newest_message() -> None:
    assert follow("  ", user("what time is it")) == "It's 3:05 PM."


def test_a_reply_asked_for_after_the_agent_spoke_offers_more() -> None:
    assert follow("", agent("Hello.")) == "I'm still here. What would you like to do next?"


def test_a_reply_asked_for_at_the_very_start_greets() -> None:
    assert follow("").startswith("Good afternoon! I'm Parley's local agent.")


def test_facts_are_not_invented_for_an_instruction_either() -> None:
    assert "can't answer" in follow("Tell the user what the capital of France is.")
