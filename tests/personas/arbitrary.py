"""Personas as anybody may make them, and values as an attacker may send them."""

from hypothesis import strategies as st

from voice.personas.keyterms import MAX_KEYTERM_CHARS
from voice.personas.persona import Persona

KNOWN_TOOLS = ("calculator", "notes")
KNOWN_VOICES = ("alba", "george")

_plain = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="<")
_word = st.text(_plain, min_size=1, max_size=MAX_KEYTERM_CHARS)

personas = st.builds(
    Persona,
    name=st.text(_plain, min_size=1, max_size=40),
    prompt=st.text(_plain, max_size=300),
    greeting=st.text(_plain, max_size=100),
    voice=st.sampled_from(KNOWN_VOICES),
    keyterms=st.lists(_word, max_size=5, unique=True).map(tuple),
    tools=st.none() | st.lists(st.sampled_from(KNOWN_TOOLS), unique=True).map(tuple),
    turn_taking=st.sampled_from(("adaptive", "quick", "balanced", "patient")),
)

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=6,
)
_fields = ("name", "prompt", "greeting", "voice", "keyterms", "tools", "turn_taking", "html")
_many = st.integers(95, 130).map(lambda count: [f"term {number}" for number in range(count)])
hostile = st.dictionaries(st.sampled_from(_fields), _json | _many)
