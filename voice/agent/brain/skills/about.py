"""What the agent can do, who it is and how it works. It must never claim to be more than it is."""

import re

from voice.agent.brain.persona import DEFAULT_NAME
from voice.agent.brain.turn import Answer, Turn

_HELP = re.compile(
    r"^(?:help(?: me)?|(?:tell me )?what you can do"
    r"|what (?:can|do|could) (?:you|i) (?:do|say|ask(?: you)?|know|help(?: me)? with"
    r"|try)(?: for me| here)?"
    r"|what (?:are|is) your (?:skills|abilities|capabilities|features|functions)|how can you help(?: me)?"
    r"|what (?:else )?can you do(?: offline)?|what are you able to do|what else can (?:you|i) (?:do|ask"
    r"|say)|what are you good at"
    r"|what should i (?:say|ask)|list your (?:skills|features)|what kinds? of (?:things|questions) can .*)$"
)
_NAME = re.compile(
    r"^(?:what is your name|who are you|what are you called|what (?:do|should|can|may) i call you"
    r"|introduce yourself"
    r"|(?:tell me )?(?:something )?about yourself|tell me your name|tell me who you are"
    r"|who am i (?:talking|speaking) (?:to|with)"
    r"|who is this|what are you|what is your (?:role|job)|what do you do|say (?:your name|something"
    r"|anything))$"
)
_MODEL = re.compile(
    r"\b(?:language model|chat ?gpt|gpt|llm|openai|large language|neural network|artificial intelligence)\b"
    r"|^(?:are|were) you (?:an? )?(?:real|human|person|robot|bot|machine|ai|a i|computer|alive|program"
    r"|conscious|smart|intelligent)"
    r"(?: person| human| being)?$|^how do you work$|^how were you (?:made|built)$|^who (?:made|built"
    r"|created|wrote) you$"
)
_OFFLINE = re.compile(
    r"^(?:are you (?:offline|online|local|in the cloud|connected.*)|do you (?:need|use"
    r"|have) (?:the )?internet(?: access)?"
    r"|do you work offline|where (?:are you|do you run|are you running|do you live)|is (?:this|my voice"
    r"|it) (?:private|recorded|local)"
    r"|do you (?:send|share) (?:my )?(?:data|voice|audio).*)$"
)
_HEAR = re.compile(
    r"^(?:(?:can|do|did) you )?(?:hear|understand) me(?: (?:now|well|clearly|ok|okay))?$|^are you (?:there"
    r"|listening|awake|still there)$"
    r"|^(?:test(?:ing)?|mic(?:rophone)? (?:test|check))(?: .*)?$|^is this (?:thing )?(?:on|working)$"
)
_LANGUAGE = re.compile(
    r"^(?:(?:do|can) you )?(?:speak|talk|answer|reply|say .+)(?: in)? (?:spanish|french|german|italian"
    r"|portuguese|chinese|japanese"
    r"|russian|hindi|arabic|dutch|polish|korean|turkish|other languages|another language)(?: .*)?$"
    r"|^(?:what|which|how many) languages? (?:do|can) you (?:speak|understand)$|^translate .*$"
)
_FEELING = re.compile(
    r"^(?:are you (?:happy|sad|tired|hungry|bored|married|angry)|do you (?:love|like|hate) .*"
    r"|how old are you)$"
)


def match(turn: Turn) -> Answer | None:
    """Answer questions about the agent itself."""
    for pattern, answer in (
        (_HELP, _help),
        (_NAME, _name),
        (_MODEL, _model),
        (_OFFLINE, _offline),
        (_HEAR, _hear),
        (_LANGUAGE, _language),
        (_FEELING, _feeling),
    ):
        if pattern.search(turn.core) or pattern.search(turn.plain):
            return Answer(answer(turn))
    return None


def _help(turn: Turn) -> str:
    own = (
        "I can tell the time and date, do sums, convert units, tell jokes, spell words, count, roll dice,"
        " repeat what"
        " you say and remember this call."
    )
    names = [tool.name.replace("_", " ") for tool in turn.conversation.tools[:3]]
    tools = f" I also have these tools: {', '.join(names)}." if names else ""
    return f"{own}{tools} Try: what is twelve times seven?"


def _name(turn: Turn) -> str:
    rules = "on this computer, offline, and answer by simple rules."
    if turn.persona.name == DEFAULT_NAME:
        return f"{turn.persona.introduction()} I run {rules}"
    return f"{turn.persona.introduction()} Behind the name is Parley's local agent: I run {rules}"


def _model(turn: Turn) -> str:
    return (
        f"{turn.persona.name} is a computer program: no person and no language model. I recognise your"
        f" speech and answer"
        " by rules, all on this computer."
    )


def _offline(_: Turn) -> str:
    return (
        "I run on this computer and work offline: recognising you, answering and speaking need no internet."
    )


def _hear(turn: Turn) -> str:
    return (
        "Yes, I can hear you. Go ahead."
        if not turn.core.startswith(("test", "mic"))
        else "I hear you: the test works."
    )


def _language(_: Turn) -> str:
    return "I can only understand and speak English."


def _feeling(_: Turn) -> str:
    return (
        "I'm a program with rules for answers, so I have no feelings or age. I'm glad to be of use, though."
    )
