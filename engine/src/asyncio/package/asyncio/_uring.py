"""Operations that the kernel does: handed over by io_uring, and taken back when they are complete.

All of them wait behind one descriptor, the ring's, which the loop watches while there are any. What
the kernel has no operation for that suits Python (datagrams with an address, `sendfile`, odd addresses)
waits in the ring until its descriptor is ready, and is done then.
"""

import errno
import os
from collections import deque

import _loopscope_ring

from . import _proactor


class UringProactor(_proactor.Proactor):
    """Hands operations to the kernel, and completes what waits for them when it has."""

    def __init__(self):
        super().__init__()
        self._ring = _loopscope_ring.ring()
        self._watches = False
        # Operations that the kernel has, by its number for them.
        self._flying = {}
        # What came back before anybody asked.
        self._back = []
        # Bytes that came for somebody who had just given up, by descriptor: the next gets them.
        self._kept = {}

    def close(self):
        super().close()
        for _, result, _, operation in self._completions():
            self._too_late(operation, result, b'')
        self._ring.close()
        self._kept.clear()

    # ---- how they are done ---------------------------------------------------------------------------

    def _start(self, operation):
        kept = self._kept.pop(operation.fd, None) if operation.kind in ('recv', 'read') else None
        if kept is not None and kept[0] is operation.thing:
            self._loop.call_soon(self._complete, operation, self._take_kept(operation, kept[1]), None)
            return
        if operation.hand is None:
            super()._start(operation)
            return
        token = operation.hand(self._ring)
        if token is None:
            operation.hand = None
            super()._start(operation)
            return
        self._waits(operation, token)

    def _take_kept(self, operation, data):
        room = operation.finish.room
        if len(data) > room:
            self._kept[operation.fd] = operation.thing, data[room:]
        return operation.finish(len(data[:room]), data[:room])

    def _wait(self, operation):
        self._waits(operation, self._ring.ready(operation.fd, operation.writes))

    def _waits(self, operation, token):
        operation.token = token
        self._flying[token] = operation
        key = operation.fd, operation.writes
        if key not in self._waiting:
            self._waiting[key] = deque([operation])
        if not self._watches:
            self._watches = True
            self._loop._add_reader(self._ring.fileno(), self._on_completions)

    def _completions(self):
        """What came back, with whose it is; nothing of what is nobody's."""
        back, self._back = self._back + self._ring.harvest(), []
        for token, result, data in back:
            operation = self._flying.pop(token, None)
            if operation is not None:
                yield token, result, data, operation

    def _on_completions(self):
        for _, result, data, operation in self._completions():
            if operation.done():
                self._too_late(operation, result, data)
                operation.let_go()
                continue
            if operation.hand is None or result in (-errno.EAGAIN, -errno.EINTR):
                operation.hand = None
                outcome = self._try(operation)
                if outcome is None:
                    self._wait(operation)
                    continue
            else:
                outcome = self._outcome(operation, result, data)
            self._leaves(operation)
            self._complete(operation, *outcome)
        self._rest()

    def _outcome(self, operation, result, data):
        if result < 0:
            failed = getattr(operation.finish, 'failed', None)
            return None, failed(-result) if failed else OSError(-result, os.strerror(-result))
        try:
            return operation.finish(result, data), None
        except Exception as error:
            return None, error

    def _leaves(self, operation):
        """An operation is at its end, or was given up: the next of its descriptor's begins."""
        key = operation.fd, operation.writes
        queue = self._waiting.get(key)
        if not queue or operation not in queue:
            return
        was_first = queue[0] is operation
        queue.remove(operation)
        while queue and was_first:
            self._start(queue[0])
            if queue[0].token in self._flying:
                return
            # It was complete at once.
            queue.popleft()
        if not queue:
            del self._waiting[key]

    def _rest(self):
        """With nothing to wait for, nothing wakes the loop."""
        if self._watches and not self._flying:
            self._watches = False
            self._loop._remove_reader(self._ring.fileno())

    def _drop(self, operation):
        """It was cancelled: nobody waits for it any more."""
        token = operation.token
        if token in self._flying and self._ring.cancel(token):
            for back in self._ring.harvest():
                if back[0] == token:
                    del self._flying[token]
                    self._too_late(operation, *back[1:])
                else:
                    self._back.append(back)
            if self._back:
                self._loop.call_soon(self._on_completions)
        self._leaves(operation)
        if token not in self._flying:
            operation.let_go()
        self._rest()

    def _too_late(self, operation, result, data):
        """What an operation has done that was given up."""
        if result < 0 or operation.hand is None:
            return
        if operation.kind == 'accept':
            os.close(result)
        elif data:
            self._kept[operation.fd] = operation.thing, data
