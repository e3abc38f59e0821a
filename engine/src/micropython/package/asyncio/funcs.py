"""`wait_for` and `gather`."""

from . import core
from .core import CancelledError, TimeoutError
from _loopscope import cur_task, gather_began, gather_ended, promote, waiter


class _Arrived(CancelledError):
    """Wakes a `wait_for` whose awaitable has ended. It is thrown as a cancellation is."""

    __module__ = 'builtins'


async def _bring(sleeper, task):
    """Awaits `task` for a `wait_for`, and wakes it with how that ended."""
    value = error = None
    try:
        value = await task
    except BaseException as raised:
        error = raised
    # It may have woken meanwhile, because its time was over or somebody cancelled it.
    if sleeper.data is None and sleeper.cancel():
        sleeper.data = _Arrived(value, error)


async def wait_for(aw, timeout, sleep=core.sleep):
    task = promote(aw)
    if timeout is None:
        return await task
    bringer = core.create_task(_bring(waiter(), task))
    try:
        await sleep(timeout)
    except _Arrived as arrived:
        value, error = arrived.args
    except CancelledError:
        bringer.cancel()
        raise
    else:
        bringer.cancel()
        # Whatever it makes of that, the time is over.
        await bringer
        raise TimeoutError
    if error is not None:
        raise error
    return value


def wait_for_ms(aw, timeout):
    return wait_for(aw, timeout, core.sleep_ms)


class _Gathering:
    """One gather that waits: what its task has as `data`, and what its children call at their end."""

    def __init__(self, task, children, keep_going):
        self.task = task
        self.keep_going = keep_going
        self.left = len(children)
        self.error = None
        self.gathering = gather_began(children)

    def remove(self, task):
        """The gather is cancelled: its task stands in no queue that it could be taken out of."""

    def ended(self, child, error):
        if self.task.data is not self:
            # It is on its way already: another child has failed, or it was cancelled.
            return
        self.left -= 1
        if not self.keep_going and not isinstance(error, StopIteration):
            self.error = error
        elif self.left:
            return
        gather_ended(self.gathering, 1 if self.error is not None else 0)
        core._task_queue.push(self.task)


def gather(*aws, return_exceptions=False):
    tasks = [promote(aw) for aw in aws]
    children = []
    failed = False
    told = []

    def ended(child, error):
        told[0].ended(child, error)

    for task in tasks:
        if task.state is True:
            task.state = ended
            children.append(task)
        elif task.state:
            # Somebody awaits it, or another gather has it.
            raise RuntimeError("can't gather")
        elif not return_exceptions and not isinstance(task.data, StopIteration):
            failed = True

    error = None
    cancelled = False
    if children and not failed:
        me = waiter()
        told.append(_Gathering(me, children, return_exceptions))
        me.data = told[0]
        try:
            yield
        except CancelledError as raised:
            cancelled = True
            error = raised
            gather_ended(told[0].gathering, 2)
        else:
            error = told[0].error

    results = []
    for task in tasks:
        if task.state is ended:
            # Still running: it goes on alone, or is cancelled along with the gather.
            task.state = True
            if cancelled:
                task.cancel()
        elif isinstance(task.data, StopIteration):
            results.append(task.data.value)
        elif return_exceptions:
            results.append(task.data)
        elif error is None:
            error = task.data
    if error is not None:
        raise error
    return results
