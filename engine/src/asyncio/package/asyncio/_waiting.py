"""Says who waits for what, held by whom, where nothing can ever wake the loop.

It is imported when a loop is about to sleep for ever, so until then nothing of it costs anything.
Who holds a lock is read from the frames: `async with` keeps the lock until its block ends.
"""

import sys

import _loopscope

# A frame of an await chain that goes on beyond this is not looked at.
_DEEPEST = 64

# How many tasks one sentence tells of.
_MOST = 8


def for_ever(loop):
    """The sentence, if nothing can ever wake this loop; None if something may."""
    if _may_be_woken(loop):
        return None
    from . import tasks
    waiting = sorted(tasks.all_tasks(loop), key=hash)
    if not waiting:
        return 'Nothing can ever wake the loop: no task is left, and nobody stops it.'
    return 'Nothing can ever wake the loop: ' + _told(waiting) + '.'


def _may_be_woken(loop):
    import _thread
    threads = _thread._count()
    if threads and threads > _idle_workers(loop):
        return True
    import threading
    if threading.current_thread() is not threading.main_thread():
        return True
    import signal
    return any(_is_of_the_program(signal.getsignal(number), signal)
               for number in signal.valid_signals())


def _idle_workers(loop):
    """How many threads wait for work that only this loop could give them."""
    executor = getattr(loop, '_default_executor', None)
    idle = getattr(executor, '_idle_semaphore', None)
    if idle is None or not executor._work_queue.empty():
        return 0
    return idle._value


def _is_of_the_program(handler, signal):
    if not callable(handler) or handler is signal.default_int_handler:
        return False
    # `asyncio.run` has a handler of its own.
    of_runner = getattr(getattr(handler, 'func', None), '__qualname__', None)
    return of_runner != 'Runner._on_sigint'


class _Wait:
    """What one task waits for."""

    def __init__(self, task):
        self.task = task
        self.name = task.get_name()
        coroutine = task.get_coro()
        self.title = self.name
        if self.name.startswith('Task-') and hasattr(coroutine, '__qualname__'):
            self.title = coroutine.__qualname__.rpartition('.')[2]
        self.frames = list(_frames(coroutine))
        own = [at for at, frame in enumerate(self.frames) if not _is_library(frame)]
        self.own = [self.frames[at] for at in own]
        self.inside = self.frames[own[-1] + 1:] if own else self.frames
        self.place = None
        if own:
            frame = self.own[-1]
            self.place = f'{_loopscope.shown_file(frame.f_code.co_filename)}:{frame.f_lineno}'
        # The thing of the library that it waits for, how, and the tasks that it needs.
        self.thing, self.method, self.needs = None, None, ()
        self._look()

    def _look(self):
        from . import locks, queues, taskgroups, tasks
        known = (locks.Lock, locks.Event, locks.Condition, locks.Semaphore, locks.Barrier,
                 queues.Queue, taskgroups.TaskGroup)
        for frame in self.inside:
            own = frame.f_locals.get('self')
            if self.thing is None and isinstance(own, known):
                self.thing = own
            if self.thing is not None and own is self.thing:
                self.method = frame.f_code.co_name
            if frame.f_code.co_qualname == '_wait':
                self.needs = [task for task in frame.f_locals.get('fs', ()) if not task.done()]
        waiter = getattr(self.task, '_fut_waiter', None)
        if isinstance(self.thing, taskgroups.TaskGroup):
            self.needs = sorted(self.thing._tasks, key=hash)
        elif isinstance(waiter, tasks.Task):
            self.needs = [waiter]
        elif not self.needs:
            children = getattr(waiter, '_children', None) or _shielded(waiter)
            self.needs = [child for child in children if not child.done()]

    def is_held(self, thing):
        """Whether a block of `async with` for this thing is open in the task."""
        if thing is self.thing and self.method in ('acquire', '__aenter__'):
            return False
        told = thing.__dict__.get('_loopscope_holders')
        if told is not None:
            # Where records are written it is known, also of one that was acquired without a block.
            return hash(self.task) in told
        import gc
        for frame in self.own:
            code, values = frame.f_code, frame.f_locals
            # A variable that an inner function shares lies in a cell of its own.
            names = set(code.co_varnames).difference(code.co_cellvars)
            named = sum(1 for name in names if values.get(name) is thing)
            if sum(1 for each in gc.get_referents(frame) if each is thing) > named:
                return True
        return False

    def names(self):
        """The variables and attributes at hand, the innermost first: their names and values."""
        for frame in reversed(self.own):
            for names in (frame.f_locals, frame.f_globals):
                yield from list(names.items())
            for name, value in list(frame.f_locals.items()):
                for attribute, value in list(getattr(value, '__dict__', {}).items()):
                    yield f'{name}.{attribute}', value

    def what(self, names, holders, title):
        """What it waits for, in words."""
        from . import locks, queues
        thing = self.thing
        name = names.of(thing) if thing is not None else ''
        if self.needs:
            return _and([title(task) for task in self.needs])
        if isinstance(thing, locks.Lock):
            if holders:
                return f'{name}, which {_and(holders)} holds'
            return f'{name}, which is locked'
        if isinstance(thing, locks.Semaphore):
            hold = 'holds' if len(holders) == 1 else 'hold'
            return f'{name}, which {_and(holders)} {hold}' if holders else f'{name}, which is used up'
        if isinstance(thing, locks.Event):
            return f'{name}, which nobody sets'
        if isinstance(thing, locks.Condition):
            return f'{name}, which nobody notifies'
        if isinstance(thing, locks.Barrier):
            return f'{name}, where {thing.n_waiting} of {thing.parties} have come'
        if isinstance(thing, queues.Queue):
            if self.method == 'put':
                return f'room in {name}, which is full with {thing.qsize()}'
            if self.method == 'join':
                left = thing._unfinished_tasks
                return f'{name}, of which {left} {"item is" if left == 1 else "items are"} not done'
            return f'an item of {name}, which is empty'
        return 'a future that nobody completes'


class _Names:
    """What the program calls the things that are waited for."""

    def __init__(self, waits):
        things = {id(wait.thing) for wait in waits if wait.thing is not None}
        self.by_thing, self.by_name = {}, {}
        for wait in waits:
            for name, value in wait.names():
                if id(value) in things:
                    self.by_thing.setdefault(id(value), []).append(name)
                    self.by_name.setdefault(name, set()).add(id(value))

    def of(self, thing):
        """A name that nothing else has; any name where each is another's too."""
        names = self.by_thing.get(id(thing), ())
        for name in names:
            if len(self.by_name[name]) == 1:
                return name
        word = type(thing).__name__
        return names[0] if names else f'{"an" if word[0] in "AEIOU" else "a"} {word}'


def _frames(coroutine):
    """The frames of an await chain, the outermost first."""
    for _ in range(_DEEPEST):
        frame = getattr(coroutine, 'cr_frame', None) or getattr(coroutine, 'gi_frame', None) \
            or getattr(coroutine, 'ag_frame', None)
        if frame is None:
            return
        yield frame
        coroutine = getattr(coroutine, 'cr_await', None) or getattr(coroutine, 'gi_yieldfrom', None)


def _shielded(future):
    """What a future stands for that `shield` made: only its callbacks know."""
    from . import futures
    for callback, *_ in getattr(future, '_callbacks', None) or ():
        if getattr(callback, '__qualname__', '').startswith('shield.'):
            for cell in callback.__closure__ or ():
                if futures.isfuture(cell.cell_contents) and cell.cell_contents is not future:
                    yield cell.cell_contents


def _is_library(frame):
    return _loopscope.is_library(frame.f_code.co_filename)


def _told(tasks):
    waits = [_Wait(task) for task in tasks]
    by_task = {wait.task: wait for wait in waits}
    names_of = _Names(waits)
    titles = {}
    for wait in waits:
        same = sum(1 for other in waits if other.title == wait.title)
        titles[wait.task] = wait.title if same == 1 else f'{wait.title} (task {hash(wait.task)})'

    def title(task):
        return titles.get(task) or getattr(task, 'get_name', task.__class__.__name__.lower)()

    from . import locks
    holders = {}
    for wait in waits:
        if isinstance(wait.thing, (locks.Lock, locks.Semaphore)):
            holders[wait.task] = [other.task for other in waits if other.is_held(wait.thing)]
    # Whose end or release a task needs.
    needs = {wait.task: [*wait.needs, *holders.get(wait.task, ())] for wait in waits}
    cycle = _cycle(needs)
    others = [wait.task for wait in waits if wait.task not in cycle]
    told = []
    for task in (cycle + others)[:_MOST]:
        wait = by_task[task]
        names = [title(holder) for holder in holders.get(task, ())]
        # Once round the cycle it is known who holds the last thing.
        closes = len(cycle) > 1 and task is cycle[-1] and names
        holds = ''
        if len(cycle) > 1 and task is cycle[0] and (before := by_task[cycle[-1]]).thing is not None:
            if wait.is_held(before.thing):
                holds = f'holds {names_of.of(before.thing)} and '
        place = f' at {wait.place}' if wait.place else ''
        what = wait.what(names_of, names, title)
        if closes:
            what = what.partition(', which')[0]
        told.append(f'{title(task)} {holds}waits{place} for {what}')
    left = len(waits) - len(told)
    if left:
        told.append(f'{left} more {"task waits" if left == 1 else "tasks wait"}')
    return '; '.join(told)


def _cycle(needs):
    """Tasks that each need the next one, and the last of them the first; empty if there are none."""
    done = set()
    for start in needs:
        path, task = [], start
        while task is not None and task in needs and task not in done:
            if task in path:
                return path[path.index(task):]
            path.append(task)
            task = next((need for need in needs[task] if need in needs), None)
        done.update(path)
    return []


def _and(names):
    *before, last = names
    return f'{", ".join(before)} and {last}' if before else last
