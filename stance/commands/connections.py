"""The connections of ``stance serve``: whoever sends or takes nothing is not waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["impatient"]


def impatient(idle: float, busy: float) -> type[H11Protocol]:
    """How the server talks to a client, with an end to how long.

    The server itself ends a connection that is kept for another request, but waits without end for the rest of a head
    that comes byte by byte, and for a client to take the answer; and it refuses all others once these are many.

    Parameters
    ----------
    idle : float
        Seconds that may pass without a whole head of a request.
    busy : float
        Seconds from there until the answer is made and taken.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._look((None, False), self.loop.time())

        def connection_lost(self, exc: Exception | None) -> None:
            if self._timer is not None:
                self._timer.cancel()
            super().connection_lost(exc)

        def _look(self, known: tuple[Any, bool], since: float) -> None:
            answering = self.cycle is not None and not self.cycle.response_complete
            found = (self.cycle, answering or self.transport.get_write_buffer_size() > 0)
            now = self.loop.time()
            if found != known:
                known, since = found, now
            most = busy if known[1] else idle
            if now - since >= most:
                # a plain end would wait until what was sent is taken
                self.transport.abort()
            else:
                self._timer = self.loop.call_later(min(idle, busy) / 2, self._look, known, since)

    return Impatient
