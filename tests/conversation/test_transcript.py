"""Turns in speaking order, whatever the order of arrival."""

from collections.abc import Callable
from itertools import permutations

import pytest

from voice.conversation import agent_turns, user_turns
from voice.conversation.agent_turns import MAX_WORDS
from voice.conversation.heard import Word
from voice.conversation.transcript import Transcript

Change = Callable[[Transcript], Transcript]


def _greeted() -> Transcript:
    """An agent's turn that was heard to its end."""
    transcript = agent_turns.reserved(Transcript(), "r0", "", 1.0)
    transcript = agent_turns.spoke(transcript, "r0", Word("Hello.", 0.0))
    return agent_turns.played(agent_turns.became_audible(transcript, "r0", 1.1), "r0", 500.0, 1.6)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_of_arrival_gives_the_same_turns(order: tuple[int, ...]) -> None:
    """After the slots are reserved, the end of speech, the words and the reply's words may come anyhow."""
    arrivals: list[Change] = [
        lambda t: user_turns.stopped(t, 3.0),
        lambda t: user_turns.said(t, "m1", "What time is it?", 3.0, final=True),
        lambda t: agent_turns.spoke(t, "r1", Word("Noon.", 0.0)),
        lambda t: agent_turns.told(t, "r1", "Noon.", trimmed=False),
    ]
    transcript = agent_turns.reserved(user_turns.started(_greeted(), 2.0), "r1", "", 2.5)
    for index in order:
        transcript = arrivals[index](transcript)
    assert [(turn.speaker, turn.text, turn.settled) for turn in transcript.turns] == [
        ("agent", "Hello.", False),
        ("user", "What time is it?", True),
        ("agent", "Noon.", True),
    ]


def test_placeholder_shows_as_soon_as_the_person_is_heard() -> None:
    (turn,) = user_turns.started(Transcript(), 1.0).turns
    assert (turn.text, turn.settled, turn.started_at) == ("", False, 1.0)


def test_ids_are_stable_while_a_turn_grows() -> None:
    transcript = user_turns.started(Transcript(), 1.0)
    before = transcript.turns[0].id
    transcript = user_turns.said(transcript, "m1", "Hello", 1.5, final=False)
    transcript = user_turns.said(user_turns.stopped(transcript, 2.0), "m1", "Hello.", 2.0, final=True)
    assert [turn.id for turn in transcript.turns] == [before]
    assert transcript.turns[0].ended_at == 2.0


def test_reply_ids_that_repeat_give_different_turns() -> None:
    transcript = agent_turns.reserved(agent_turns.reserved(Transcript(), "r", "", 1.0), "r", "", 2.0)
    assert len({turn.id for turn in transcript.slots}) == 2


def test_two_utterances_waiting_for_words_are_filled_in_order() -> None:
    transcript = user_turns.stopped(user_turns.started(Transcript(), 1.0), 2.0)
    transcript = user_turns.started(transcript, 2.5)
    transcript = user_turns.said(transcript, "m1", "First.", 2.6, final=True)
    transcript = user_turns.said(transcript, "m2", "Second.", 2.7, final=True)
    assert [turn.text for turn in transcript.turns] == ["First.", "Second."]


def test_words_for_replies_nobody_knows_change_nothing() -> None:
    transcript = _greeted()
    for changed in (
        agent_turns.spoke(transcript, "x", Word("no")),
        agent_turns.told(transcript, "x", "no", trimmed=False),
        agent_turns.became_audible(transcript, "x", 9.0),
        agent_turns.interrupted(transcript, "x", 9.0),
        agent_turns.played(transcript, "x", 9.0, 9.0),
        agent_turns.settled(transcript, "x"),
        user_turns.said(transcript, "m", " ", 9.0, final=True),
        user_turns.stopped(transcript, 9.0),
    ):
        assert changed is transcript


def test_the_final_text_wins_over_the_words() -> None:
    transcript = agent_turns.told(_greeted(), "r0", "Hello! ", trimmed=False)
    assert transcript.turns[0].text == "Hello!"


def test_words_of_one_turn_are_bounded() -> None:
    transcript = agent_turns.reserved(Transcript(), "r", "", 1.0)
    for _ in range(MAX_WORDS + 10):
        transcript = agent_turns.spoke(transcript, "r", Word("a", 0.0))
    assert len(transcript.slots[0].words) == MAX_WORDS


def test_a_change_leaves_all_other_turns_the_same_objects() -> None:
    transcript = Transcript()
    for number in range(500):
        transcript = user_turns.said(transcript, f"m{number}", f"Turn {number}.", float(number), final=True)
    changed = user_turns.said(user_turns.started(transcript, 600.0), "new", "More", 600.0, final=False)
    assert len(changed.turns) == 501
    assert all(before is after for before, after in zip(transcript.slots, changed.slots, strict=False))
    assert all(before is after for before, after in zip(transcript.lines, changed.lines, strict=False))


def test_an_utterance_is_not_merged_over_a_reply_that_was_heard() -> None:
    transcript = user_turns.said(Transcript(), "m1", "I want", 1.0, final=True)
    transcript = agent_turns.became_audible(agent_turns.reserved(transcript, "r1", "", 2.0), "r1", 2.5)
    transcript = user_turns.said(transcript, "m2", "I want to book", 3.0, final=True)
    assert [turn.text for turn in transcript.turns] == ["I want", "I want to book"]
