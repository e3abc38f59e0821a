"""`Lock`: one task at a time, in the order in which they asked."""

from . import core
from .core import CancelledError, TaskQueue
from _loopscope import cur_task, waiter


class Lock:
    """`state` is 0 while it is free and 1 while it is held. Between a release and the turn of the
    task that gets it next, it is that task."""

    __module__ = 'builtins'

    def __init__(self):
        self.state = 0
        self.waiting = TaskQueue()

    def locked(self):
        return self.state == 1

    def release(self):
        if self.state != 1:
            raise RuntimeError('Lock not acquired')
        self._hand_on()

    def _hand_on(self):
        if self.waiting.peek() is None:
            self.state = 0
            return
        # Nobody who asks meanwhile comes in between.
        self.state = self.waiting.pop()
        core._task_queue.push(self.state)

    def acquire(self):
        if self.state != 0:
            task = waiter()
            self.waiting.push(task)
            task.data = self.waiting
            try:
                yield
            except CancelledError:
                if self.state is cur_task():
                    # It was this task's already: then it is the next one's.
                    self._hand_on()
                raise
        self.state = 1
        return True

    async def __aenter__(self):
        return await self.acquire()

    async def __aexit__(self, exc_type, exc, tb):
        return self.release()
