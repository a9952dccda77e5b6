"""Which replies are being sent, queued or played, and which are over. Pure bookkeeping.

A reply is `open` from its start until its last sample was played or it was cut. A cut reply never gets
another sample, whatever still arrives under its id.
"""

import msgspec
from msgspec.structs import replace

# More replies than this are never queued at once by a sane agent; the oldest are forgotten beyond it.
MAX_OPEN = 16
# Late frames come within seconds of a cut, so the last few dozen ids are plenty.
MAX_REMEMBERED = 64
_MAX_ALIASES = 4


class Reply(msgspec.Struct, frozen=True):
    """One reply on its way to the ear.

    `audible_at` counts only once it is `audible`. `finished`: no more audio of it is expected. `excused`:
    there is a reason if it is never heard (the person went on speaking, a newer reply took its place, its
    model failed). `called_tool`: another reply follows with the tool's result. `aliases`: other ids its
    audio came under.
    """

    id: str
    has_audio: bool = False
    audible: bool = False
    audible_at: float = 0.0
    finished: bool = False
    excused: bool = False
    called_tool: bool = False
    aliases: tuple[str, ...] = ()


class Playout(msgspec.Struct, frozen=True):
    """`cut` and `over` are ids of replies that get no more audio; `latest` is the newest reply's id."""

    open: tuple[Reply, ...] = ()
    cut: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    latest: str = ""

    @property
    def current(self) -> Reply | None:
        """The newest reply that the agent still sends."""
        newest = self.open[-1] if self.open else None
        return newest if newest and not newest.finished else None

    @property
    def queued(self) -> tuple[Reply, ...]:
        """The replies with audio queued or playing."""
        return tuple(reply for reply in self.open if reply.has_audio)

    @property
    def audible(self) -> bool:
        """Whether a reply is being heard."""
        return any(reply.audible for reply in self.open)

    def find(self, reply_id: str) -> Reply | None:
        """The open reply of this id."""
        return next((reply for reply in reversed(self.open) if reply.id == reply_id), None)

    def is_past(self, reply_id: str) -> bool:
        """Whether the id is of a reply that was cut or has been played."""
        return reply_id in self.cut or reply_id in self.over

    def began(self, reply_id: str, *, called_tool: bool = False) -> "Playout":
        """A new reply; no older one gets audio behind it."""
        kept = self.open[-(MAX_OPEN - 1) :]
        forgotten = tuple(reply.id for reply in self.open[: len(self.open) - len(kept)])
        over = (*self.over, *forgotten)[-MAX_REMEMBERED:]
        return replace(
            self, open=(*kept, Reply(reply_id, called_tool=called_tool)), over=over, latest=reply_id
        )

    def with_reply(self, reply: Reply) -> "Playout":
        """The same with `reply` in place of the open one of its id."""
        return replace(self, open=tuple(reply if other.id == reply.id else other for other in self.open))

    def with_alias(self, reply: Reply, alias: str) -> "Playout":
        """Audio of `reply` came under another id."""
        if not alias or alias == reply.id or alias in reply.aliases or len(reply.aliases) >= _MAX_ALIASES:
            return self
        return self.with_reply(replace(reply, aliases=(*reply.aliases, alias)))

    def without(self, reply: Reply) -> "Playout":
        """The reply is over: it was played, or had nothing to play."""
        still = tuple(other for other in self.open if other.id != reply.id)
        over = (*self.over, reply.id, *reply.aliases)[-MAX_REMEMBERED:]
        return replace(self, open=still, over=over)

    def without_cut(self, replies: tuple[Reply, ...]) -> "Playout":
        """These replies were cut."""
        ids = tuple(reply.id for reply in replies)
        names = tuple(name for reply in replies for name in (reply.id, *reply.aliases))
        return replace(
            self,
            open=tuple(other for other in self.open if other.id not in ids),
            cut=(*self.cut, *names)[-MAX_REMEMBERED:],
        )
