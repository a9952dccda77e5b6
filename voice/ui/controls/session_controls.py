"""All controls of the session, in the order in which somebody new needs them."""

from voice.call.line import Line
from voice.ui.controls.conversation import draw_conversation
from voice.ui.controls.hearing import draw_hearing
from voice.ui.controls.limits import draw_limits
from voice.ui.controls.persona_bar import draw_persona_bar
from voice.ui.controls.personas import chosen
from voice.ui.controls.tools import draw_tools
from voice.ui.controls.turn_taking import draw_turn_taking
from voice.ui.controls.values import prepare_values
from voice.ui.controls.wanted import collecting


def draw_session_controls(line: Line) -> None:
    """Draw the controls and hand the wanted configuration to the line."""
    prepare_values()
    draw_persona_bar()
    persona = chosen()
    line.name_persona(persona.name if persona else "")
    with collecting(line):
        draw_conversation(line)
        draw_turn_taking(line)
        draw_hearing(line)
        draw_tools(line)
    draw_limits(line)
