"""Something to wait for: `Event`, and `ThreadSafeFlag` for what happens outside the loop."""

import io

from . import core
from .core import TaskQueue
from _loopscope import wake_all, waiter


class Event:
    """Wakes all that wait for it, in the order in which they came. Only the loop may set it."""

    __module__ = 'builtins'

    def __init__(self):
        self.state = False
        self.waiting = TaskQueue()

    def is_set(self):
        return self.state

    def set(self):
        wake_all(self.waiting)
        self.state = True

    def clear(self):
        self.state = False

    def wait(self):
        if not self.state:
            task = waiter()
            self.waiting.push(task)
            # Where cancel() takes it out of.
            task.data = self.waiting
            yield
        return True


class ThreadSafeFlag(io.IOBase):
    """May be set from anywhere: the loop asks for it as it asks a stream. One task waits for it, and
    finds it cleared."""

    __module__ = 'builtins'

    def __init__(self):
        self.state = 0

    def ioctl(self, request, flags):
        # 3 asks which of these flags are true now; nothing else can be asked of it.
        return self.state * flags if request == 3 else -1

    def set(self):
        self.state = 1

    def clear(self):
        self.state = 0

    def wait(self):
        if not self.state:
            yield core._io_queue.queue_read(self)
        self.state = 0
