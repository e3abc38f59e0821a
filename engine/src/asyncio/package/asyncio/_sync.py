"""What the library's locks, semaphores, events, conditions, barriers and queues tell the records, and
its task groups and time limits.

This module is imported only where records are written. The library's classes stay as they are: the
attributes in which they keep their state tell when they are set, and are read as before. Who waits
is seen where tasks are suspended, by the native half.
"""

import sys

import _loopscope
import _loopscope_sync as _tell

# Stands for the value of an attribute that was never set.
_NEVER = object()

# How often a name is looked for where the line that made a thing does not say one.
_TRIES = 4


def _tell_of(cls, name, told):
    setattr(cls, name, _tell.told(name, told, _NEVER))


# ---- what they are called ------------------------------------------------------------------------

# Where the last thing was made, and how many of each class were made there in a row.
_last, _in_a_row = None, {}


def _begin(thing, kind, size, frame):
    """A thing exists; `frame` is that of the constructor which has just set what it is told by."""
    values = thing.__dict__
    if kind == 'condition' and '_loopscope_number' in values:
        # Its lock has told of it.
        return
    whole, frame = _whole_of(thing, frame)
    module = frame.f_globals.get('__name__') if frame is not None else None
    if isinstance(module, str) and (module == 'asyncio' or module.startswith('asyncio.')):
        # The library has it for itself.
        values['_loopscope_number'] = 0
        return
    owner = 0
    if whole is not thing:
        from . import locks
        if not isinstance(whole, locks.Condition):
            values['_loopscope_number'] = -_number(whole)
            return
        if '_loopscope_number' not in whole.__dict__:
            _tell.new(_number(whole), 'condition', _name(whole, frame), 0, 0)
        owner = _number(whole)
    name = '' if owner else _name(thing, frame)
    _tell.new(_number(thing), kind, name, size, owner)


def _number(thing):
    values = thing.__dict__
    number = values.get('_loopscope_number')
    if number is None:
        number = values['_loopscope_number'] = _tell.number()
    return number


def _whole_of(thing, frame):
    """The thing whose part this one is, if it is one, and the frame that has made that."""
    from . import locks
    wholes = (locks.Condition, locks.Barrier)
    queues = sys.modules.get('asyncio.queues')
    if queues is not None:
        wholes += (queues.Queue,)
    while frame is not None and frame.f_code.co_name == '__init__':
        names = frame.f_code.co_varnames
        own = frame.f_locals.get(names[0]) if names else None
        if own is not thing:
            module = frame.f_globals.get('__name__')
            if not (isinstance(own, wholes) and module in ('asyncio.locks', 'asyncio.queues')):
                break
            thing = own
        frame = frame.f_back
    return thing, frame


def _name(thing, frame):
    """What the line that makes a thing calls it; empty where it does not say."""
    global _last
    if frame is None:
        return ''
    code, line, word = frame.f_code, frame.f_lineno, type(thing).__name__
    here = (code, line, id(frame))
    if here != _last:
        _last = here
        _in_a_row.clear()
    nth = _in_a_row.get(word, 0)
    _in_a_row[word] = nth + 1
    name = _tell.name_in_line(code.co_filename, line or 0, word, nth)
    if name is None:
        thing.__dict__['_loopscope_tries'] = _TRIES
        return ''
    if name.startswith('self.') and 'self' in frame.f_locals:
        name = type(frame.f_locals['self']).__name__ + name[4:]
    return name


def _find_name(thing, number):
    """What the program's frame that uses a thing calls it."""
    values = thing.__dict__
    values['_loopscope_tries'] -= 1
    frame = sys._getframe(3)
    for _ in range(8):
        if frame is None or not _loopscope.is_library(frame.f_code.co_filename):
            break
        frame = frame.f_back
    if frame is None:
        return
    name = _name_among(thing, frame)
    if name is not None:
        values['_loopscope_tries'] = 0
        _tell.named(number, name)


def _name_among(thing, frame):
    names = frame.f_locals
    for name, value in list(names.items()):
        if value is thing:
            return name
    own = names.get('self')
    for name, value in list(getattr(own, '__dict__', {}).items()):
        if value is thing:
            return f'{type(own).__name__}.{name}'
    for name in frame.f_code.co_names:
        if frame.f_globals.get(name) is thing:
            return name
    return None


def _told(thing):
    """The number by which the records are told of a thing; 0: they are not."""
    values = thing.__dict__
    number = values.get('_loopscope_number', 0)
    if number > 0 and values.get('_loopscope_tries'):
        _find_name(thing, number)
    return number


# ---- locks ---------------------------------------------------------------------------------------

def _lock_changes(lock, locked, before):
    if before is _NEVER:
        _begin(lock, 'lock', 0, sys._getframe(1))
        return
    number = _told(lock)
    if number > 0 and bool(locked) is not bool(before):
        task = _tell.changed(number, 'take' if locked else 'give', 1 if locked else 0, 0)
        lock.__dict__['_loopscope_holders'] = [task] if locked else []


def _semaphore_changes(semaphore, value, before):
    if before is _NEVER:
        bounded = hasattr(semaphore, '_bound_value')
        kind = 'bounded-semaphore' if bounded else 'semaphore'
        _begin(semaphore, kind, value, sys._getframe(1))
        return
    number = _told(semaphore)
    if number <= 0:
        return
    if value > before:
        how = 'give'
    else:
        how = 'hand-over' if sys._getframe(1).f_code.co_name == '_wake_up_next' else 'take'
    _tell.changed(number, how, value, 0)


def _event_changes(event, value, before):
    if before is _NEVER:
        _begin(event, 'event', 0, sys._getframe(1))
        return
    number = _told(event)
    if number > 0 and bool(value) is not bool(before):
        _tell.changed(number, 'set' if value else 'clear', 1 if value else 0, 0)


def _condition_begins(condition, waiters, before):
    if before is _NEVER:
        _begin(condition, 'condition', 0, sys._getframe(1))


def _barrier_changes(barrier, count, before):
    if before is _NEVER:
        _begin(barrier, 'barrier', barrier._parties, sys._getframe(1))
        return
    number = _told(barrier)
    if number > 0 and count != before:
        _tell.changed(number, 'arrive' if count > before else 'leave', count, 0)


def _locks(module):
    _tell_of(module.Lock, '_locked', _lock_changes)
    _tell_of(module.Semaphore, '_value', _semaphore_changes)
    _tell_of(module.Event, '_value', _event_changes)
    _tell_of(module.Condition, '_waiters', _condition_begins)
    _tell_of(module.Barrier, '_count', _barrier_changes)
    for function, how in ((module.Lock.acquire, 'acquire'), (module.Semaphore.acquire, 'acquire'),
                          (module.Event.wait, 'wait'), (module.Condition.wait, 'wait')):
        _tell.waits(function.__code__, how)


# ---- queues --------------------------------------------------------------------------------------

def _kind_of(queue):
    from . import queues
    if isinstance(queue, queues.PriorityQueue):
        return 'priority-queue'
    return 'lifo-queue' if isinstance(queue, queues.LifoQueue) else 'queue'


def _changed(queue, how):
    number = _told(queue)
    if number > 0:
        try:
            size = len(queue._queue)
        except Exception:
            # A queue of the program's own keeps its items elsewhere.
            size = 0
        _tell.changed(number, how, size, queue._unfinished_tasks)


def _unfinished_changes(queue, unfinished, before):
    if before is _NEVER:
        _begin(queue, _kind_of(queue), queue._maxsize, sys._getframe(1))
    else:
        _changed(queue, 'put' if unfinished > before else 'done')


def _shut_down(queue, shut_down, before):
    if shut_down and not before:
        _changed(queue, 'shut-down')


def _queues(module):
    _tell_of(module.Queue, '_unfinished_tasks', _unfinished_changes)
    _tell_of(module.Queue, '_is_shutdown', _shut_down)
    wake_up = module.Queue._wakeup_next

    def _wakeup_next(self, waiters):
        # It is called behind each item that was taken out, for whoever waits for the room.
        if waiters is self._putters and sys._getframe(1).f_code.co_name == 'get_nowait':
            _changed(self, 'get')
        wake_up(self, waiters)

    _wakeup_next.__qualname__ = 'Queue._wakeup_next'
    module.Queue._wakeup_next = _wakeup_next
    _tell.waits(module.Queue.get.__code__, 'get')
    _tell.waits(module.Queue.put.__code__, 'put')


# ---- tasks ---------------------------------------------------------------------------------------

class _Tasks(set):
    """A group's tasks, of which one may be added while the group is waited for already."""

    __slots__ = ('group',)

    def add(self, task):
        super().add(task)
        future = self.group()._on_completed_fut if self.group() is not None else None
        if future is not None and not future.done():
            _loopscope.note_links(future, [task])


def _group_begins(group, tasks, before):
    if before is _NEVER:
        import weakref
        told = _Tasks(tasks)
        told.group = weakref.ref(group)
        group.__dict__['_tasks'] = told


def _group_waits(group, future, before):
    if future is not None:
        _loopscope.note_links(future, sorted(group._tasks, key=hash))


def _taskgroups(module):
    _tell_of(module.TaskGroup, '_tasks', _group_begins)
    _tell_of(module.TaskGroup, '_on_completed_fut', _group_waits)


def _limit_changes(timeout, handle, before):
    if handle is not None and timeout._task is not None:
        _tell.limits(timeout._task, handle)


def _timeouts(module):
    _tell_of(module.Timeout, '_timeout_handler', _limit_changes)


def _iterator_begins(iterator, todo, before):
    # What the queue's getter waits for.
    iterator._done.__dict__['_loopscope_awaited'] = todo


def _tasks(module):
    _tell_of(module._AsCompletedIterator, '_todo', _iterator_begins)
    _tell.waits(module._wait.__code__, 'some')
    _tell.waits(module._cancel_and_wait.__code__, 'one')


def _runners(module):
    interrupted = module.Runner._on_sigint

    def _on_sigint(self, signum, frame, main_task):
        # The user has interrupted it, not the task in which that is heard.
        return _tell.from_outside(interrupted, self, signum, frame, main_task)

    _on_sigint.__qualname__ = 'Runner._on_sigint'
    module.Runner._on_sigint = _on_sigint


MODULES = {
    'locks': _locks,
    'queues': _queues,
    'runners': _runners,
    'taskgroups': _taskgroups,
    'tasks': _tasks,
    'timeouts': _timeouts,
}
