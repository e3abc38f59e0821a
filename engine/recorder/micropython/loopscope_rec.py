# Tells Loopscope what MicroPython's asyncio does.
#
#   import loopscope_rec
#   loopscope_rec.start()           # before anything else imports asyncio
#
# Records go out on the line that the REPL and print() use, or wherever start() is told, each behind a
# byte that no text has, so that Loopscope can take the two apart (`loopscope attach --serial PORT`).
# The asyncio that runs stays the firmware's own: its functions are wrapped, and none is copied.

import sys
from time import ticks_diff, ticks_ms, ticks_us
from micropython import const

import asyncio
from asyncio import core

_MARK = const(0xFF)
# A host gives the names before this one.
_FIRST_NAME = const(64)
# With more tasks than this a cancellation is told when its task runs, and not when it is asked for.
_MOST_LOOKED_AT = const(32)
# More queues and streams than this are not remembered by their numbers.
_MOST_OBJECTS = const(64)

# The numbers of events on the wire: engine/protocol/EVENTS.md says what each means.
_SNAPSHOT = const(8)
_SNAPSHOT_END = const(9)
_LOOP_NEW = const(10)
_LOOP_RUN = const(12)
_STOP_REQUEST = const(13)
_LOOP_STOPPED = const(14)
_POLL_END = const(18)
_HANDLE_NEW = const(21)
_HANDLE_CANCEL = const(28)
_HANDLE_SKIP = const(29)
_TASK_NEW = const(30)
_TASK_STEP = const(31)
_TASK_SUSPEND = const(32)
_TASK_DONE = const(33)
_TASK_CANCEL = const(34)
_FUTURE_NEW = const(35)
_FUTURE_DONE = const(36)
_FUTURE_LINK = const(37)
_HANDLER_SET = const(38)
_HANDLER_CALL = const(39)
_WATCHER_ADD = const(40)
_WATCHER_REMOVE = const(41)
# The short forms of those that happen all the time, and what stands between events.
_POLL_BEGIN = const(0x66)
_TIMER_DUE = const(0x67)
_TIMER_NEW = const(0x68)
_TIMER_CANCEL = const(0x6A)
_TIMER_DROP = const(0x6B)
_HANDLE_RUN = const(0x6C)
_HANDLE_DONE = const(0x6D)
_STEP = const(0x6E)
_WAKEUP = const(0x70)
_REPORT = const(0x71)
_SUSPEND = const(0x72)
_SUSPEND_TIMER = const(0x73)
_SUSPEND_ON = const(0x74)
_NAME = const(0x61)
_TEXT = const(0x62)
_REPLY = const(0x64)
# What a task waits for.
_ON_FUTURE = const(1)
_ON_TASK = const(2)
_ON_QUEUE = const(4)
_ON_FD = const(5)
# How a task or a future ends.
_RESULT = const(0)
_EXCEPTION = const(1)
_CANCELLED = const(2)

# What is known of a task is a list, which takes less room than an object with attributes.
_NUMBER = const(0)
_HANDLE = const(1)  # the number of its entry in the queue, one of two that take turns
_QUEUED = const(2)
_WHEN = const(3)  # when it is due, in ms of the records' time
_KEY = const(4)  # the same as the loop has it
_CALLED = const(5)
_TASK = const(6)
_ASKED = const(7)  # it was cancelled, and that was told
_FUTURE = const(8)  # the gather that it waits for
_STREAM = const(9)
_BEGUN = const(10)
# How it is queued.
_NOT = const(0)
_READY = const(1)
_SLEEPS = const(2)

_Task = core.Task
# What C's Task looks up: the queue has to be the real one there.
_context = {"cur_task": None, "_task_queue": None, "CancelledError": core.CancelledError}

_out = None
_buf = bytearray(300)
_at = 0
_seq = 0
# The time: of the last record, since the start, and what long sleeps add.
_last = 0
_secs = 0
_us = 0
_slept_us = 0
# The start, for due times: moved on now and then, since ticks go round.
_epoch = 0
_whole = 0
_tasks = {}
_names = {}
_objects = {}
_made = [0, 0, 0, 0]  # tasks, futures, objects, handles of watchers
_running = None
_handle = 0
_who = 0
_late = []
_woken = 0
_main = None
_every = 0
_told = 0
_hello = b""

# For a host that may hold the program: called with the number of each event that was sent.
gate = None
# What sleeps in the loop's place, for a host that has to be heard meanwhile.
sleeper = None
# Whether it is told what a task has ended by.
values = False


# ---- frames ---------------------------------------------------------------------------------------


def _crc_table():
    table = bytearray(256)
    for i in range(256):
        c = i
        for _ in range(8):
            c = ((c << 1) ^ 0x2F if c & 0x80 else c << 1) & 0xFF
        table[i] = c
    return table


_table = _crc_table()


def _crc(buf, n, table):
    c = 0xFF
    for i in range(1, n):
        c = table[c ^ buf[i]]
    return c


# The same, for ports that compile it. Where it is no Python at all the other one stays.
_VIPER = """
@micropython.viper
def _crc(buf: ptr8, n: int, table: ptr8) -> int:
    c = 0xFF
    i = 1
    while i < n:
        c = table[c ^ buf[i]]
        i += 1
    return c
"""


def _var(x):
    global _at
    while x > 127:
        _buf[_at] = x & 127 | 128
        _at += 1
        x >>= 7
    _buf[_at] = x
    _at += 1


def _head(kind):
    # Begins an event: its kind, its number, and the time since the one before.
    global _at, _seq, _last, _us, _slept_us, _secs
    _seq = (_seq + 1) & 255
    _buf[1] = kind
    _buf[2] = _seq
    _at = 3
    now = ticks_us()
    d = ticks_diff(now, _last)
    _last = now
    if _slept_us:
        d = _slept_us
        _slept_us = 0
    elif d < 0:
        d = 0
    _us += d
    if _us >= 1000000:
        _secs += _us // 1000000
        _us %= 1000000
    _var(d)


def _send():
    n = _at
    _buf[n] = _crc(_buf, n, _table)
    _out.write(_buf, n + 1)
    if gate and _buf[1] not in (_NAME, _TEXT, _REPLY):
        gate(_buf[1])


def _event(kind, a=-1, b=-1, c=-1):
    _head(kind)
    if a >= 0:
        _var(a)
        if b >= 0:
            _var(b)
            if c >= 0:
                _var(c)
    _send()


def _zeros(n):
    for _ in range(n):
        _var(0)


def _item(code, number, data):
    global _at
    n = min(len(data), 250)
    _buf[1] = code
    _at = 3
    _var(number)
    _buf[_at : _at + n] = data[:n]
    _at += n
    _buf[2] = _at - 3
    _send()


def _text(slot, text):
    data = text.encode()
    for i in range(0, max(len(data), 1), 250):
        _item(_TEXT, slot, data[i : i + 250])


def _name(text):
    number = _names.get(text)
    if number is None:
        number = _names[text] = _FIRST_NAME + len(_names)
        _item(_NAME, number, text.encode())
    return number


def _greet(can, pid):
    global _at
    _buf[1] = _REPLY
    _at = 3
    # A hello: the format's version, what may be asked, ticks in a second, the dialect, the process.
    for number in (1, 1, can, 1000000, 4, pid):
        _var(number)
    _buf[2] = _at - 3
    _send()


# ---- tasks and their entries in the queue ---------------------------------------------------------


def _called(coro):
    # Only its repr tells a coroutine's name.
    text = repr(coro)
    at = text.find("'")
    return text[at + 1 : text.find("'", at + 1)] if at >= 0 else type(coro).__name__


def _task_new(known, by):
    _head(_TASK_NEW)
    _var(known[_NUMBER])
    _var(known[_CALLED])
    _zeros(2)
    _var(by)
    _send()


def _known(task):
    known = _tasks.get(id(task))
    if known is None:
        n = _made[0] = _made[0] + 1
        called = _name(_called(task.coro))
        known = [n, 2 * n, _NOT, 0, 0, called, task, False, 0, None, False]
        _tasks[id(task)] = known
        _task_new(known, _who)
    return known


def _new_task(coro, context=None):
    task = _Task(coro, _context)
    _look_for_cancels()
    _known(task)
    return task


def _promote(aw):
    return aw if isinstance(aw, _Task) else core.create_task(aw)


def _turns(known):
    # The other one of its two numbers: the first may be that of the step that runs.
    known[_HANDLE] = ((known[_HANDLE] - 1) ^ 1) + 1


def _enters(known, how):
    _turns(known)
    known[_QUEUED] = _READY
    _event(how, known[_HANDLE], _who)


def _leaves(known):
    if known[_QUEUED] == _SLEEPS:
        _event(_TIMER_CANCEL, known[_HANDLE], known[_WHEN], _who)
        _event(_TIMER_DROP, known[_HANDLE], known[_WHEN])
    else:
        _event(_HANDLE_CANCEL, known[_HANDLE], _who)
        _event(_HANDLE_SKIP, known[_HANDLE])
    known[_QUEUED] = _NOT


def _is_cancel(data):
    return data is core.CancelledError or isinstance(data, core.CancelledError)


def _look_for_cancels():
    # C's cancel() calls nothing of ours, but leaves its traces.
    if len(_tasks) <= _MOST_LOOKED_AT:
        for known in _tasks.values():
            task = known[_TASK]
            if task.data is not None and not known[_ASKED] and task.state and _is_cancel(task.data):
                _cancelled(known)


def _cancelled(known):
    known[_ASKED] = True
    _event(_TASK_CANCEL, known[_NUMBER], _who)
    if known[_QUEUED] == _READY:
        return
    if known[_QUEUED] == _SLEEPS:
        if known[_TASK].ph_key == known[_KEY]:
            # It was due already.
            return
        _leaves(known)
    _unwatch(known)
    _enters(known, _STEP)


class _Seen:
    # Stands in the place of the loop's queue, and hands everything on to the real one.

    def __init__(self, queue):
        _context["_task_queue"] = queue
        self._push = queue.push
        self._pop = queue.pop
        self._peek = queue.peek
        self._remove = queue.remove

    def push(self, task, key=None):
        global _woken
        data = task.data
        _look_for_cancels()
        known = _known(task)
        if key is None:
            self._push(task)
        else:
            self._push(task, key)
            if ticks_diff(key, ticks_ms()) > 0:
                _turns(known)
                known[_QUEUED] = _SLEEPS
                known[_KEY] = key
                w = known[_WHEN] = max(_whole + ticks_diff(key, _epoch), 0)
                _event(_TIMER_NEW, known[_HANDLE], w, _who)
                return
        if known[_QUEUED] == _SLEEPS:
            # By a Task in Python, which has taken it out of the queue: it is cancelled.
            known[_ASKED] = True
            _event(_TASK_CANCEL, known[_NUMBER], _who)
            _leaves(known)
            _enters(known, _STEP)
            return
        run = _running
        if run is None:
            _woken += 1
        elif known is run:
            if task.state is None:
                # It has failed, and comes once more to be reported.
                _late.append((known, _REPORT))
                return
            _enters(known, _STEP)
            return
        elif data is run[_TASK] or (known[_FUTURE] and data is not None):
            # It waits for the task that runs, which is at its end.
            _late.append((known, _WAKEUP))
            return
        _unwatch(known)
        _enters(known, _WAKEUP if known[_BEGUN] else _STEP)

    def pop(self):
        global _running, _handle, _who
        task = self._pop()
        known = _known(task)
        if not known[_ASKED] and task.state and _is_cancel(task.data):
            _cancelled(known)
        if known[_QUEUED] == _SLEEPS:
            _event(_TIMER_DUE, known[_HANDLE], known[_WHEN])
        elif known[_QUEUED] == _NOT:
            _enters(known, _STEP)
        known[_QUEUED] = _NOT
        known[_ASKED] = False
        _handle = known[_HANDLE]
        _event(_HANDLE_RUN, _handle)
        _running = known
        _who = _handle + 1
        _context["cur_task"] = task
        if task.state:
            known[_BEGUN] = True
            _event(_TASK_STEP, known[_NUMBER])
        else:
            _tasks.pop(id(task), None)
        return task

    def peek(self):
        if _running:
            _step_is_over(None)
        else:
            _look_for_cancels()
        return self._peek()

    def remove(self, task):
        self._remove(task)


def _step_is_over(error):
    # What became of the task that ran shows in the task itself.
    global _running, _who
    known = _running
    task = known[_TASK]
    _look_for_cancels()
    if id(task) in _tasks:
        if error is not None or not task.state:
            _done(known, error or task.data)
        else:
            _waits(known)
    for woken, how in _late:
        if woken[_FUTURE]:
            failed = how == _WAKEUP and not isinstance(task.data, StopIteration)
            _future_done(woken, _EXCEPTION if failed and not woken[_FUTURE][1] else _RESULT)
        _enters(woken, how)
    _late.clear()
    _event(_HANDLE_DONE, _handle)
    _running = None
    _who = 0


def _done(known, data):
    how = _RESULT
    if data is not None and not isinstance(data, StopIteration):
        how = _CANCELLED if _is_cancel(data) else _EXCEPTION
    if values and data is not None:
        _text(1, (repr(data.value) if how == _RESULT else _shown(data))[:200])
    _event(_TASK_DONE, known[_NUMBER], how)
    if not any(woken is known for woken, _ in _late):
        _tasks.pop(id(known[_TASK]), None)


def _waits(known):
    n = known[_NUMBER]
    data = known[_TASK].data
    stream = known[_STREAM]
    if known[_QUEUED] == _SLEEPS:
        _event(_SUSPEND_TIMER, known[_HANDLE])
    elif known[_QUEUED] == _READY:
        _event(_SUSPEND, n)
    elif stream and stream[0] >= 0:
        _head(_TASK_SUSPEND)
        _var(n)
        _var(_ON_FD)
        _var(stream[0] << 1)
        _zeros(2)
        _send()
    elif stream:
        _event(_SUSPEND_ON, n, _ON_QUEUE, _object(stream[2]))
    elif known[_FUTURE]:
        _event(_SUSPEND_ON, n, _ON_FUTURE, known[_FUTURE][0])
    elif isinstance(data, _Task):
        _event(_SUSPEND_ON, n, _ON_TASK, _known(data)[_NUMBER])
    elif data is None:
        _event(_SUSPEND, n)
    else:
        _event(_SUSPEND_ON, n, _ON_QUEUE, _object(data))


def _object(thing):
    number = _objects.get(id(thing))
    if number is None:
        if len(_objects) > _MOST_OBJECTS:
            _objects.clear()
        number = _objects[id(thing)] = _made[2] = _made[2] + 1
    return number


# ---- the loop -------------------------------------------------------------------------------------


_run_real = core.run_until_complete


def _run(main=None):
    global _running, _who, _handle, _main
    outer = _running, _who, _handle, _main
    _running = None
    how = 0 if main is not None and main is core._stop_task else 1
    _main = how, main
    # One that has ended is forgotten.
    _event(_LOOP_RUN, how, _known(main)[_NUMBER] if main and main.state else 0)
    _who = 0
    try:
        return _run_real(main)
    except BaseException as error:
        if _running:
            _step_is_over(error)
        raise
    finally:
        if _running:
            _step_is_over(None)
        _running, _who, _handle, _main = outer
        _context["cur_task"] = core.cur_task
        _event(_LOOP_STOPPED, how)


_new_loop_real = core.new_event_loop


def _new_loop():
    _look_for_cancels()
    queued = [known for known in _tasks.values() if known[_QUEUED] != _NOT]
    queued.sort(key=lambda known: known[_WHEN] if known[_QUEUED] == _SLEEPS else 0)
    for known in queued:
        _leaves(known)
    for known in _tasks.values():
        _unwatch(known)
    made = _new_loop_real()
    core._task_queue = _Seen(core._task_queue)
    return made


_wait_real = core.IOQueue.wait_io_event


def _wait(self, dt):
    global _slept_us, _epoch, _whole, _told, _woken
    if dt == 0 and not self.map:
        _wait_real(self, dt)
        return
    _event(_POLL_BEGIN, dt + 1 if dt >= 0 else 0)
    _woken = 0
    began = ticks_ms()
    if sleeper:
        sleeper(self, dt)
    else:
        _wait_real(self, dt)
    now = ticks_ms()
    if ticks_diff(now, began) > 400000:
        # The microseconds may have gone round meanwhile.
        _slept_us = ticks_diff(now, began) * 1000
    passed = ticks_diff(now, _epoch)
    if passed > 1 << 24:
        _epoch = now
        _whole += passed
    _event(_POLL_END, _woken)
    if _every and ticks_diff(now, _told) > _every:
        _told = now
        snapshot()


_enqueue_real = core.IOQueue._enqueue


def _enqueue(self, stream, index):
    _enqueue_real(self, stream, index)
    known = _known(core.cur_task)
    try:
        fd = stream.fileno()
    except Exception:
        fd = -1
    known[_STREAM] = (fd, index, stream)
    if fd >= 0:
        handle = _made[3] = _made[3] + 1
        # Far from those of tasks.
        handle += 1 << 29
        _head(_HANDLE_NEW)
        _var(handle)
        _var(2 + index)
        _var(known[_CALLED])
        _var(0)
        _var(_who)
        _var(known[_NUMBER])
        _var(0)
        _send()
        _event(_WATCHER_ADD, fd << 1, index, handle)


def _unwatch(known):
    stream = known[_STREAM]
    known[_STREAM] = None
    if stream and stream[0] >= 0:
        _event(_WATCHER_REMOVE, stream[0] << 1, stream[1])


# ---- the exception handler, stop, gather ----------------------------------------------------------


_set_handler_real = core.Loop.set_exception_handler
_call_handler_real = core.Loop.call_exception_handler
_stop_real = core.Loop.stop


def _shown(error):
    if isinstance(error, type):
        return error.__name__
    text = str(error)
    return type(error).__name__ + (": " + text if text else "")


def _set_handler(handler):
    _set_handler_real(handler)
    _event(_HANDLER_SET, 1 if handler else 0, 0, 0)


def _call_handler(context):
    if not isinstance(context, dict):
        # A program may call it with anything.
        _call_handler_real(context)
        return
    error = context.get("exception")
    _text(1, str(context.get("message", "")))
    if error is not None:
        _text(2, repr(error))
    _head(_HANDLER_CALL)
    _var(1 if core.Loop._exc_handler else 0)
    _var(1)
    _var(2 if error is not None else 0)
    _var(_running[_NUMBER] if _running else 0)
    _zeros(2)
    _send()
    _call_handler_real(context)


def _stop():
    if core._stop_task is not None:
        _event(_STOP_REQUEST, _who)
    _stop_real()


def _future_done(known, how):
    future = known[_FUTURE]
    known[_FUTURE] = 0
    if future:
        _event(_FUTURE_DONE, future[0], how, _who)


def _see_gather():
    import asyncio.funcs

    funcs = asyncio.funcs
    real = funcs.gather

    def gather(*aws, return_exceptions=False):
        aws = [core._promote_to_task(aw) for aw in aws]
        waits = [task for task in aws if task.state is True]
        # What is not so waits for nothing: it raises at once.
        plain = all(task.state is True or not task.state for task in aws)
        plain = plain and len(set(id(task) for task in waits)) == len(waits)
        if not return_exceptions:
            plain = plain and all(task.state or isinstance(task.data, StopIteration) for task in aws)
        known = _running
        if waits and plain and known:
            future = _made[1] = _made[1] + 1
            _event(_FUTURE_NEW, future, _name("gather"), _who)
            for task in waits:
                _event(_FUTURE_LINK, future, _ON_TASK, _known(task)[_NUMBER])
            known[_FUTURE] = future, return_exceptions
        try:
            return (yield from real(*aws, return_exceptions=return_exceptions))
        except core.CancelledError:
            if known:
                _future_done(known, _CANCELLED)
            raise
        finally:
            if known:
                known[_FUTURE] = 0

    funcs.gather = asyncio.gather = gather


# ---- starting -------------------------------------------------------------------------------------


def snapshot():
    """Tells the present state, for a host that came late."""
    global _at, _seq
    _greet(0, 0)
    for text, number in _names.items():
        _item(_NAME, number, text.encode())
    _seq = (_seq + 1) & 255
    _buf[1] = _SNAPSHOT
    _buf[2] = _seq
    _at = 3
    _var(_secs * 1000000 + _us)
    _send()
    _event(_LOOP_NEW)
    for known in _tasks.values():
        _task_new(known, 0)
    if _main:
        main = _tasks.get(id(_main[1]))
        _event(_LOOP_RUN, _main[0], main[_NUMBER] if main else 0)
    for known in sorted(_tasks.values(), key=lambda known: known[_WHEN]):
        if known[_QUEUED] == _SLEEPS:
            _event(_TIMER_NEW, known[_HANDLE], known[_WHEN], 0)
        elif known[_QUEUED] == _READY:
            _event(_STEP if known[_TASK].state else _REPORT, known[_HANDLE], 0)
    for known in _tasks.values():
        if known[_QUEUED] != _READY and known is not _running:
            _waits(known)
    _event(_SNAPSHOT_END)


def start(out=None, every=10000, can=0, pid=0):
    """Records from now on.

    `out` is a stream with `write(buffer, length)`, such as a UART or a socket; without one, the
    REPL's own. There are at least `every` milliseconds between two snapshots for a host that came
    late; with 0 there are none. `can` and `pid` are for a host that started this process.
    """
    global _out, _crc, _last, _epoch, _every, _told
    if _out:
        return
    _out = out or sys.stdout.buffer
    _every = every
    _buf[0] = _MARK
    try:
        import micropython

        space = {"micropython": micropython}
        exec(_VIPER, space)
        _crc = space["_crc"]
    except Exception:
        pass
    # The records' time begins as a millisecond does.
    began = ticks_ms()
    while ticks_ms() == began:
        pass
    _last = ticks_us()
    _epoch = _told = ticks_ms()
    _greet(can, pid)
    if not pid:
        install()


def install():
    """Takes the places of the loop's functions."""
    core.Task = _new_task
    core._promote_to_task = _promote
    core.run_until_complete = asyncio.run_until_complete = _run
    core.new_event_loop = asyncio.new_event_loop = _new_loop
    core.IOQueue.wait_io_event = _wait
    core.IOQueue._enqueue = _enqueue
    core.Loop.set_exception_handler = _set_handler
    core.Loop.call_exception_handler = _call_handler
    core.Loop.stop = _stop
    _see_gather()
    _event(_LOOP_NEW)
    core._task_queue = _Seen(core._task_queue)
