"""Tells Loopscope what the asyncio loops of this process do.

One file of plain Python for CPython 3.8 to 3.15, without dependencies. Loopscope's binary carries it
and starts a program with it (`loopscope run --python PYTHON FILE`). The loops stay asyncio's own:
what is put in their places are subclasses and wrappers that take notes and pass everything on.

What it promises the program: it raises nothing into it, keeps no object of it alive, and what it
cannot see it does not make up. A note is a few numbers at the end of a list; the list is written to a
pipe when a poll may sleep, when it is long, and 20 times a second.

What the numbers are is said in `engine/model/src/stream/notes.rs`.
"""

import sys

#: What each kind of event is numbered, and how many cells its fields have. A test compares this with
#: the table of events.
KINDS = {
    "run-start": (1, 6), "program-exit": (3, 3), "output": (4, 2), "gap": (6, 1),
    "loop-new": (10, 0), "loop-close": (11, 2), "loop-run": (12, 2), "loop-stop-request": (13, 1),
    "loop-stopped": (14, 1), "turn-begin": (15, 3), "turn-end": (16, 2), "poll-begin": (17, 2),
    "poll-end": (18, 1), "asyncgens-shutdown": (19, 1), "executor-shutdown": (20, 0),
    "handle-new": (21, 8), "timer-new": (22, 8), "timer-due": (23, 2), "timer-cancel": (24, 3),
    "timer-drop": (25, 2), "handle-run": (26, 2), "handle-done": (27, 2), "handle-cancel": (28, 2),
    "handle-skip": (29, 1), "task-new": (30, 6), "task-step": (31, 1), "task-suspend": (32, 6),
    "task-done": (33, 2), "task-cancel": (34, 2), "future-new": (35, 3), "future-done": (36, 3),
    "future-link": (37, 3), "handler-set": (38, 4), "handler-call": (39, 6),
    "watcher-add": (40, 3), "watcher-remove": (41, 2), "watcher-ready": (42, 3),
    "signal-add": (43, 2), "signal-remove": (44, 1), "signal": (45, 2),
    "executor-submit": (46, 4), "executor-done": (47, 2),
}

#: The closed sets of words that are sent, in the order of their numbers.
WORDS = {
    "Dialect": ["cpython", "cpython-3.6", "cpython-3.14"],
    "ClockMode": ["auto", "virtual", "real"],
    "RunHow": ["forever", "until-complete"],
    "HandleHow": ["soon", "threadsafe", "reader", "writer", "signal", "step", "wakeup",
                  "done-callback"],
    "TaskHow": ["result", "exception", "cancelled"],
    "FutureHow": ["result", "exception", "cancelled"],
    "Which": ["default", "custom"],
    "WatchHow": ["read", "write"],
    "Pool": ["thread", "process", "other"],
    "JobHow": ["ended", "result", "exception", "cancelled"],
    "Stream": ["stdout", "stderr"],
    "ExitHow": ["end", "exit", "exception", "syntax", "interrupted"],
}

# What stands between events in the list.
NAME, TEXT, CHAIN, HELLO, HELD, RAN, REFUSED, CODE, STAND = range(-1, -10, -1)

# Short forms of what happens all the time. The loop's number is in the upper bits. Where no time is
# said it is that of the record before; who made a handle, and which one is done, is the one that runs.
POLL, TURN, RUN, STEP_RUN, DONE, SOON_NEW, YIELD = range(128, 135)

SOON, THREADSAFE, READER, WRITER, SIGNAL, STEP, WAKEUP, DONE_CALLBACK = range(8)
JOB = 100
RESULT, EXCEPTION, CANCELLED = range(3)
#: Who did something: nobody's handle, a statement of the host's, or the handle that runs.
OUTSIDE, BY_PY, RUNNING = 0, 1, -1

#: What a host may ask: to hold, to run Python, to interrupt.
CAN = 1 << 0 | 1 << 1 | 1 << 3

#: This many numbers are written at once at the latest.
LONG = 1 << 15
#: How often what was noted is written while the program is busy, in seconds.
OFTEN = 0.05
#: The deepest await chain that is followed.
DEEPEST = 64
#: How many pieces of code are remembered. A program that makes code without end must not grow by it.
KEPT = 8192

if sys.version_info < (3, 8):
    sys.exit("loopscope: this is Python %d.%d, and 3.8 or later is needed; name a newer one with "
             "--python" % sys.version_info[:2])

import _queue
import _thread
import array
import io
import itertools
import os
import select
import signal
import struct
import time
import types
import weakref

clock = time.monotonic_ns

# ---- the list, and the pipe that it goes to -------------------------------------------------------

noted = []
put = noted.extend
#: Where blocks go, or -1.
sink = -1
#: Whether a record has to look whether it is one to hold at.
look = False
#: Whether anything is recorded in this process.
on = False
#: Whether it is on and nothing is out of the ordinary.
quick = False
writing = _thread.allocate_lock()
MAGIC = b"\xf5LSN"


def bits(seconds):
    """A float as a whole number with the same bits."""
    return struct.unpack("<q", struct.pack("<d", seconds))[0]


def packed(data):
    """Bytes as whole numbers: how many they are, and eight in each."""
    return (len(data),) + struct.unpack("<%dq" % ((len(data) + 7) // 8),
                                        data + b"\0" * (-len(data) % 8))


def flush():
    """Writes what was noted. Who comes while another thread writes leaves it to that one."""
    if sink < 0 or not noted or not writing.acquire(False):
        return
    try:
        while noted:
            count = len(noted)
            block = noted[:count]
            del noted[:count]
            data = array.array("q", block).tobytes()
            write_all(struct.pack("<4sI", MAGIC, len(data)) + data + MAGIC)
    finally:
        writing.release()


def write_all(data):
    global sink
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(sink, view):]
        except BlockingIOError:
            select.select([], [sink], [])
        except OSError:
            # Nobody reads any more.
            stop()
            return


def flush_all():
    """Writes everything, also where another thread is writing just now."""
    while noted and sink >= 0:
        flush()
        if noted:
            time.sleep(0.0005)


names = {"": 0}
name_ids = itertools.count(1)


def name_id(text):
    """The number of a name, which is defined when it is first used."""
    known = names.get(text)
    if known is None:
        if len(names) >= KEPT:
            # A program that makes names without end must not grow by it.
            names.clear()
            names[""] = 0
        known = names[text] = new_name(text)
    return known


def new_name(text):
    """The number of a name that hardly comes again."""
    number = next(name_ids)
    data = text.encode("utf-8", "replace")[:250]
    put((NAME, number) + packed(data.decode("utf-8", "ignore").encode()))
    return number


def tell(kind, loop, cells, *texts):
    """One record, with its texts before it in one piece."""
    entry = ()
    for slot, text in enumerate(texts, 1):
        if text:
            entry += (TEXT, slot) + packed(text.encode("utf-8", "replace"))
    put(entry + (KINDS[kind][0], loop, clock()) + cells)
    if look:
        passed(KINDS[kind][0])


# ---- where the program holds ----------------------------------------------------------------------

#: What the host wants of a held program.
orders = _queue.SimpleQueue()
#: Holds at the next record, whatever it is.
pausing = False
#: How many records are left until one to hold at; 0: there is no such number.
left = 0
#: The kinds of events to hold at, as bits.
wanted = 0
#: The thread that is held.
holder = 0
#: For how long it was held in all, in nanoseconds: for a loop that time has not passed.
held = 0
#: Somebody steps, so it holds after the end as well.
session = False
detached = False
#: The thread that runs a statement of the host's: its records do not hold.
in_statement = 0
loop_threads = set()

#: The records at which Python may run: the loop is between two handles, or there is none.
PLACES = {KINDS[name][0] for name in (
    "run-start", "handle-run", "turn-begin", "turn-end", "poll-begin", "poll-end", "loop-stopped",
    "program-exit")}


def update():
    global look, quick
    look = not detached and bool(holder or pausing or left or wanted)
    quick = on and not look and not marks


def passed(kind):
    """A record was sent: hold here, if it is one to hold at."""
    global left, pausing
    me = _thread.get_ident()
    if detached or in_statement == me:
        return
    if holder:
        # Another thread holds: one that runs a loop waits for it, the others go on.
        while holder and holder != me and me in loop_threads:
            time.sleep(0.005)
        return
    hit = pausing or bool(wanted >> kind & 1)
    if left:
        left -= 1
        hit = hit or not left
    if hit or (kind == 3 and session):
        if me in loop_threads:
            hold(kind)
            return
        pausing = True
    update()


def hold(kind):
    """Holds, and does what the host asks meanwhile, until it lets go. `kind` 0: before the start."""
    global holder, left, wanted, pausing, held
    holder, left, wanted, pausing = _thread.get_ident(), 0, 0, False
    since = time.monotonic_ns()
    if kind:
        put((HELD,))
    flush_all()
    interrupted = False
    while True:
        try:
            order = orders.get()
            if order is None:
                continue
            if isinstance(order, bytes):
                run_statement(kind, order)
                continue
        except KeyboardInterrupt:
            interrupted = True
            continue
        left, wanted = order
        held += time.monotonic_ns() - since
        holder = 0
        update()
        break
    if interrupted:
        _thread.interrupt_main()


def run_statement(kind, code):
    global in_statement
    if kind and kind not in PLACES:
        word = next(word for word, (number, _) in KINDS.items() if number == kind)
        refuse("Python cannot run at this %s record, because a handle or the main program is in "
               "the middle of its work; go on to the next handle-run (until handle-run) first."
               % word)
        return
    in_statement = _thread.get_ident()
    heard = listening[in_statement] = []
    for state in states.values():
        state.by = BY_PY
    try:
        good, shown = evaluate(code.decode("utf-8", "replace"))
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
    finally:
        for state in states.values():
            state.by = RUNNING
        del listening[in_statement]
        in_statement = 0
    put((RAN, int(good)) + packed(("".join(heard) + shown).encode("utf-8", "replace")))
    flush_all()


def evaluate(code):
    """Runs a statement in the program's namespace: whether it went well, and what is to be shown."""
    space = sys.modules["__main__"].__dict__
    lent = None
    try:
        if "loop" not in space and states:
            lent = space["loop"] = list(states.values())[-1].loop()
        try:
            try:
                expression = compile(code.strip(), "<py>", "eval", dont_inherit=True)
            except SyntaxError:
                expression = None
            if expression is None:
                exec(compile(code.strip() + "\n", "<py>", "exec", dont_inherit=True), space)
                return True, ""
            value = eval(expression, space)
            return True, "" if value is None else repr(value) + "\n"
        finally:
            if lent is not None and space.get("loop") is lent:
                del space["loop"]
    except BaseException:
        import traceback
        kind, value, tb = sys.exc_info()
        return False, "".join(traceback.format_exception(kind, value, without_us(tb)))


def refuse(sentence):
    put((REFUSED,) + packed(sentence.encode()))
    flush_all()


def leave_us_out(made):
    """In debug mode things know the stack that they were made in."""
    stack = made._source_traceback
    if stack:
        stack[:] = [entry for entry in stack if entry.filename != __file__]


def without_us(tb):
    """A traceback without the frames of this file."""
    while tb is not None and tb.tb_frame.f_code.co_filename == __file__:
        tb = tb.tb_next
    at = tb
    while at is not None:
        while at.tb_next is not None and at.tb_next.tb_frame.f_code.co_filename == __file__:
            at.tb_next = at.tb_next.tb_next
        at = at.tb_next
    return tb


# ---- what the host asks ---------------------------------------------------------------------------


def var(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def serve(source):
    """Reads requests, and writes what a busy program has noted. A thread of its own."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    data, statement = b"", b""
    watched = select.poll()
    watched.register(source, select.POLLIN)
    while True:
        try:
            if watched.poll(OFTEN * 1000):
                got = os.read(source, 65536)
                if not got:
                    break
                data += got
            elif noted and not holder:
                flush()
        except OSError:
            break
        # item  code  len  body...  check
        while len(data) >= 2 and len(data) >= data[1] + 3:
            body, data = data[2:data[1] + 2], data[data[1] + 3:]
            statement = obey(body, statement)
    if not detached:
        # The host is gone, and with it the reason to be here.
        os._exit(129)


def obey(body, statement):
    global pausing, session, detached, left, wanted
    what = body[0]
    if what == 2:
        records, at = var(body, 1)
        low, at = var(body, at)
        high, at = var(body, at)
        session = True
        if holder:
            orders.put((records, low | high << 64))
        else:
            left, wanted = records, low | high << 64
    elif what == 3:
        session = True
        pausing = not holder
    elif what == 4:
        refuse("A program tells everything from its start, so it needs no snapshot.")
    elif what == 5:
        statement += body[2:]
        if not body[1]:
            if holder:
                orders.put(statement)
            else:
                refuse("Python cannot run now, because the program is running; pause it first.")
            statement = b""
    elif what == 6:
        os.kill(os.getpid(), signal.SIGINT)
    elif what == 7:
        detached = True
        orders.put((0, 0))
    update()
    return statement


# ---- what things are called -----------------------------------------------------------------------

folder = ""
library = os.path.dirname(os.__file__) + os.sep
#: What is said of a piece of code: (name, file, line, qualified name, of the program, the code, the
#: number of all that).
described = {}
code_ids = itertools.count(1)


def file_name(path):
    """A file as records name it, and whether it is the program's."""
    if path.startswith("<"):
        return path, False
    if path.startswith(library):
        inner = path[len(library):]
        if inner.startswith(("site-packages", "dist-packages")):
            return path, False
        return inner[:-3].replace(os.sep, "."), False
    mine = "%ssite-packages%s" % (os.sep, os.sep) not in path
    if folder and path.startswith(folder):
        return path[len(folder):], mine
    return path, mine


def describe(code, qualname):
    key = id(code), qualname
    known = described.get(key)
    if known is None:
        if len(described) >= KEPT:
            described.clear()
            chains.clear()
        file, mine = file_name(code.co_filename)
        known = described[key] = described[id(code)] = (
            name_id(qualname), name_id(file), code.co_firstlineno, qualname, mine, code,
            next(code_ids))
        put((CODE, known[6]) + known[:3])
    return known


FUNCTION, METHOD, BUILTIN = types.FunctionType, types.MethodType, type(len)


def callable_place(callback):
    """The name of a callable, and where it is defined."""
    target = callback
    for _ in range(DEEPEST):
        if type(target).__name__ != "partial":
            break
        target = target.func
    kind = type(target)
    if kind is METHOD:
        inner = target.__func__
        if type(inner) is FUNCTION:
            code = inner.__code__
            if code.co_filename == __file__:
                code = getattr(inner, "__wrapped__", inner).__code__
            return describe(code, inner.__qualname__)
    elif kind is FUNCTION:
        return describe(target.__code__, target.__qualname__)
    elif kind is COROUTINE:
        # By mistake: it cannot be called.
        return name_id(target.__qualname__), 0, 0
    called = None
    if kind is METHOD or isinstance(target, (BUILTIN, type)):
        called = getattr(target, "__qualname__", None) or getattr(target, "__name__", None)
    return name_id(called if type(called) is str else kind.__name__), 0, 0


COROUTINE, GENERATOR, ASYNCGEN = types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType


def coroutine_place(coro):
    kind = type(coro)
    if kind is COROUTINE:
        return describe(coro.cr_code, coro.__qualname__)
    if kind is GENERATOR:
        return describe(coro.gi_code, coro.__qualname__)
    called = getattr(coro, "__qualname__", None) or getattr(coro, "__name__", None)
    return name_id(called if type(called) is str else kind.__name__), 0, 0


#: What is known of where a coroutine stands: (its chain, the number of the program's innermost line
#: with the chain, that line's file, the line, the code).
chains = {}
chain_ids, stand_ids = itertools.count(1), itertools.count(1)
NOWHERE = (0, 0, 0, 0, None)
#: `asyncio.sleep(0)`: it stands in one place only, so its frames need not be looked at.
sleep_code = sleep0_code = None


def chain_of(coro):
    """Where a suspended coroutine stands."""
    stand = NOWHERE
    for _ in range(DEEPEST):
        kind = type(coro)
        if kind is COROUTINE:
            code, inner = coro.cr_code, coro.cr_await
            if code is sleep_code and type(inner) is GENERATOR and inner.gi_code is sleep0_code:
                known = chains.get((stand[1], "sleep"))
                return known or new_chain((stand[1], "sleep"), coro, code, coro.cr_frame, stand)
            frame = coro.cr_frame
        elif kind is GENERATOR:
            frame, code, inner = coro.gi_frame, coro.gi_code, coro.gi_yieldfrom
        elif kind is ASYNCGEN:
            frame, code, inner = coro.ag_frame, coro.ag_code, coro.ag_await
        else:
            break
        if frame is None:
            break
        key = stand[1], id(code), frame.f_lasti
        stand = chains.get(key) or new_chain(key, coro, code, frame, stand)
        if inner is None:
            break
        coro = inner
    return stand


def new_chain(key, coro, code, frame, outer):
    place = describe(code, coro.__qualname__)
    number, line = next(chain_ids), frame.f_lineno or 0
    if len(chains) >= KEPT:
        chains.clear()
    at = (place[1], line) if place[4] else outer[2:4]
    known = chains[key] = (number, next(stand_ids)) + at + (code,)
    put((CHAIN, number, outer[0], place[0], place[1], line, STAND, known[1]) + at + (number,))
    return known


# ---- tasks and futures ----------------------------------------------------------------------------

#: Tasks and futures that are alive, by their place in memory.
alive = {}
#: What is told when a task of this code first runs, and tasks that are to tell it.
special, first_steps = {}, {}


def forget(ref):
    if alive.get(ref.key) is ref:
        del alive[ref.key]


class Task(weakref.ref):
    """What is known of a task."""

    __slots__ = ("key", "number", "place", "done", "cancels", "at", "stand")


class Future(weakref.ref):
    """What is known of a future."""

    __slots__ = ("key", "number", "done")


task_numbers = itertools.count(1).__next__
future_numbers = itertools.count(1).__next__
handle_numbers = itertools.count(1).__next__
job_numbers = itertools.count(1).__next__
loop_numbers = itertools.count(1).__next__


def new_task(task, state, coro=None):
    """A task that was not seen before. It exists since just now, since its first step is queued."""
    known = Task(task, forget)
    known.key = id(task)
    known.number = number = task_numbers()
    known.done = False
    known.cancels = 0
    known.at = known.stand = -1
    coro = coro or task.get_coro()
    known.place = place = coroutine_place(coro)
    tells = special.get(id(getattr(coro, "cr_code", None)))
    if tells is not None:
        first_steps[number] = tells
    alive[id(task)] = known
    put((30, state.number, clock(), number, place[0], place[1], place[2],
         new_name(task.get_name()), state.by))
    if look:
        passed(30)
    return known


def new_future(future, state):
    known = Future(future, forget)
    known.key = id(future)
    known.number = number = future_numbers()
    known.done = False
    alive[id(future)] = known
    put((35, state.number, clock(), number, name_id(type(future).__qualname__), state.by))
    if look:
        passed(35)
    children = getattr(future, "_children", None)
    if type(children) is list:
        for child in children:
            kind, other = awaited(child, state)
            if kind:
                put((37, state.number, clock(), number, kind, other))
                if look:
                    passed(37)
    return known


def awaited(future, state):
    """What is waited for, as the kind of thing and its number."""
    known = alive.get(id(future))
    if known is None:
        if isinstance(future, TASKS):
            known = new_task(future, state)
        elif isinstance(future, FUTURES):
            known = new_future(future, state)
        else:
            return 0, 0
    return (2 if type(known) is Task else 1), known.number


def ended(future):
    """How a future or task is done; None: it is not."""
    state = future._state
    if state == "PENDING":
        return None
    if state == "CANCELLED":
        return CANCELLED
    return RESULT if future._exception is None else EXCEPTION


def tell_done(future, known, state):
    """A future is done whose callbacks are being queued."""
    how = ended(future)
    if how is None or known.done:
        return
    if type(known) is Task:
        tell_cancels(future, known, state)
        known.done = True
        if state.task is known:
            state.task = None
        put((33, state.number, clock(), known.number, how))
        if look:
            passed(33)
    else:
        known.done = True
        put((36, state.number, clock(), known.number, how, state.by))
        if look:
            passed(36)


def tell_cancels(task, known, state):
    """`cancel` of a task cannot be seen, but how often it was called since 3.11."""
    if cancelling is None:
        return
    cancels = cancelling(task)
    while known.cancels < cancels:
        known.cancels += 1
        put((34, state.number, clock(), known.number, state.by))
        if look:
            passed(34)
    known.cancels = cancels


def tell_suspend(task, known, state, on):
    state.task = None
    chain, _, file, line, _ = chain_of(task.get_coro())
    kind, number = (0, 0) if on is None else awaited(on, state)
    if kind:
        put((32, state.number, clock(), known.number, kind, number, file, line, chain))
    else:
        put((32, state.number, clock(), known.number, 0, file, line, chain))
    if look:
        passed(32)


# ---- jobs -----------------------------------------------------------------------------------------


def pool_of(executor):
    """What runs an executor's jobs; the module is only asked for what the program has imported."""
    if executor is None:
        return 0
    for number, (module, name) in enumerate((("thread", "ThreadPoolExecutor"),
                                             ("process", "ProcessPoolExecutor"))):
        kind = getattr(sys.modules.get("concurrent.futures." + module), name, None)
        if kind is not None and isinstance(executor, kind):
            return number
    return 2


def job_how(future):
    """How a job ended, by the future that has its result: the executor's, or the loop's."""
    try:
        if not future.done():
            return 0
        if future.cancelled():
            return 3
        # To ask for it by `exception()` would count as having looked at it.
        return 1 if future._exception is None else 2
    except Exception:
        return 0


# ---- loops ----------------------------------------------------------------------------------------


class State:
    """What is known of a loop."""

    __slots__ = ("number", "TURN", "RUN", "STEP_RUN", "DONE", "SOON_NEW", "YIELD", "loop", "by",
                 "task", "turn", "phase", "how", "run", "owner", "pipe")


states = {}
#: What threads are about to make that are no ordinary handles: by thread, what and for whom.
marks = {}
#: Jobs of executors, by the futures that wait for them.
jobs = {}

#: A turn has polled, its batch runs, or it has ended.
POLLED, BEGUN, ENDED = range(3)


def adopt(loop):
    """A loop that is seen for the first time."""
    state = State()
    state.number = loop_numbers()
    upper = state.number << 8
    # Made once, since a number that is not small is an object of its own each time.
    state.TURN, state.RUN, state.STEP_RUN = TURN + upper, RUN + upper, STEP_RUN + upper
    state.DONE, state.SOON_NEW, state.YIELD = DONE + upper, SOON_NEW + upper, YIELD + upper
    state.loop = weakref.ref(loop)
    state.by = RUNNING
    state.task = state.pipe = state.run = None
    state.phase = ENDED
    state.turn = state.how = state.owner = 0
    loop._loopscope = state
    states[state.number] = state
    if len(states) > 64:
        for number in [number for number, each in states.items() if each.loop() is None]:
            del states[number]
    tell("loop-new", state.number, ())
    return state


def begin_turn(loop, state, ready):
    state.phase = BEGUN
    put((state.TURN, ready, len(loop._scheduled)))
    if look:
        passed(15)


def end_turn(loop, state):
    """The turn has ended: told when the next one begins, or when the loop stops."""
    if state.phase == POLLED:
        begin_turn(loop, state, 0)
    if state.phase == BEGUN:
        state.phase = ENDED
        put((16, state.number, clock(), len(loop._ready), len(loop._scheduled)))
        if look:
            passed(16)


def install():
    """Puts the subclasses and wrappers in their places."""
    global TASKS, FUTURES, cancelling, sleep_code, sleep0_code
    import asyncio
    from asyncio import base_events, events, futures, selector_events, tasks, unix_events

    TASKS = (tasks.Task, tasks._PyTask)
    FUTURES = (futures.Future, futures._PyFuture)
    cancelling = getattr(tasks.Task, "cancelling", None) and (lambda task: task.cancelling())

    sleep_code = tasks.sleep.__code__
    # Until 3.8.0 and for who took it away there is none.
    sleep0_code = getattr(getattr(tasks, "__sleep0", None), "__code__", None)

    PlainHandle, PlainTimer = events.Handle, events.TimerHandle
    handle_init, handle_run = PlainHandle.__init__, PlainHandle._run
    handle_cancel, timer_cancel = PlainHandle.cancel, PlainTimer.cancel
    timer_init = PlainTimer.__init__
    run_once_code = base_events.BaseEventLoop._run_once.__code__
    set_unless_cancelled = futures._set_result_unless_cancelled
    read_self = selector_events.BaseSelectorEventLoop._read_from_self
    get_ident = _thread.get_ident
    frame_of = sys._getframe

    # The types of the callables that step tasks.
    probe = []
    class Probe:
        def get_debug(self):
            return False
        def call_soon(self, callback, *args, context=None):
            probe.append(callback)
        def is_running(self):
            return False
        def call_exception_handler(self, context):
            pass
    async def nothing():
        pass
    task = tasks.Task(nothing(), loop=Probe(), name="")
    Stepper = type(probe[0])
    # The task never runs, and nobody is to hear of it.
    task._log_destroy_pending = False
    if hasattr(tasks, "_unregister_task"):
        tasks._unregister_task(task)
    task.get_coro().close()
    del task, probe[:]
    steps = {tasks._PyTask._Task__step.__code__: STEP, tasks._PyTask._Task__wakeup.__code__: WAKEUP}
    Waker = "TaskWakeupMethWrapper"

    def stepped(callback, kind):
        """The task that a callback steps, and whether it wakes it."""
        if kind is Stepper:
            return callback.__self__, STEP
        if kind is BUILTIN:
            if callback.__name__ == "task_wakeup":
                return callback.__self__, WAKEUP
        elif kind is METHOD:
            how = steps.get(getattr(callback.__func__, "__code__", None))
            if how:
                return callback.__self__, how
        elif kind.__name__ == Waker:
            return callback.__self__, WAKEUP
        return None, SOON

    class Kind(type):
        """The classes that were there before are instances of what took their places: the library
        asks so when it compares two timers."""

        def __instancecheck__(cls, instance):
            return isinstance(instance, PlainTimer if issubclass(cls, PlainTimer) else PlainHandle)

    class Handle(PlainHandle, metaclass=Kind):
        #: Its number; for one that steps a task, its number and the task; 0 once it has run.
        __slots__ = ("_loopscope",)

        def __init__(self, callback, args, loop, context=None):
            handle_init(self, callback, args, loop, context)
            if self._source_traceback:
                leave_us_out(self)
            try:
                if quick:
                    # What happens most is told the short way.
                    kind = type(callback)
                    if kind is FUNCTION:
                        if context is None:
                            known = described.get(id(callback.__code__))
                            if known is not None and known[3] is callback.__qualname__:
                                self._loopscope = number = handle_numbers()
                                put((loop._loopscope.SOON_NEW, clock(), number, known[6]))
                                return
                    elif kind is Stepper:
                        state = loop._loopscope
                        known = state.task
                        if known is not None:
                            task = callback.__self__
                            if known() is task:
                                # It gave the others a turn.
                                coro = task.get_coro()
                                if type(coro) is COROUTINE:
                                    inner = coro.cr_await
                                    if type(inner) is COROUTINE and inner.cr_code is sleep_code:
                                        at = coro.cr_frame.f_lasti
                                        if known.at != at:
                                            known.at, known.stand = at, chain_of(coro)[1]
                                        stand = known.stand
                                    else:
                                        stand = chain_of(coro)[1]
                                    number = handle_numbers()
                                    self._loopscope = number, known
                                    state.task = None
                                    put((state.YIELD, clock(), known.number, stand, number,
                                         known.place[6]))
                                    return
                self._loopscope = 0
                if on:
                    note_handle(self, callback, args, loop, context)
            except Exception:
                self._loopscope = 0
                mistake()

        def cancel(self):
            if on and not self._cancelled:
                note_cancel(self)
            handle_cancel(self)

    def running(inner):
        """`_run` around the one that was there."""
        def _run(self):
            number = self._loopscope
            # From now on it cannot be cancelled. What is watched gets its number again when it is ready.
            self._loopscope = 0
            if not quick:
                if on:
                    run_slowly(self, number, inner)
                else:
                    inner(self)
                return
            event_loop = self._loop
            state = event_loop._loopscope
            if type(number) is int:
                if state.phase == POLLED:
                    state.phase = BEGUN
                    put((state.TURN, len(event_loop._ready) + 1, len(event_loop._scheduled),
                         state.RUN, number))
                else:
                    put((state.RUN, number))
                try:
                    inner(self)
                finally:
                    put((state.DONE, clock()))
                    if look:
                        passed(27)
                return
            number, known = number
            if state.phase == POLLED:
                state.phase = BEGUN
                put((state.TURN, len(event_loop._ready) + 1, len(event_loop._scheduled),
                     state.STEP_RUN, number, known.number))
            else:
                put((state.STEP_RUN, number, known.number))
            before, state.task = state.task, known
            if first_steps and known.number in first_steps:
                first_steps.pop(known.number)(event_loop)
            try:
                inner(self)
            finally:
                if state.task is known:
                    step_ended(known, state)
                state.task = before
                put((state.DONE, clock()))
                if look:
                    passed(27)
        return _run

    Handle._run = running(handle_run)

    def run_slowly(handle, number, inner):
        """The same where each record may be one to hold at."""
        state = state_of(handle._loop)
        if state.phase == POLLED:
            begin_turn(handle._loop, state, len(handle._loop._ready) + 1)
        known, task, loop = None, 0, state.number
        if type(number) is tuple:
            number, known = number
            task = known.number
        put((26, loop, clock(), number, task))
        if look:
            passed(26)
        before = state.task
        if known is not None:
            put((31, loop, clock(), task))
            if look:
                passed(31)
            state.task = known
            if task in first_steps:
                first_steps.pop(task)(handle._loop)
        try:
            # A statement at the pause may have cancelled it.
            if not handle._cancelled:
                inner(handle)
        finally:
            if known is not None and state.task is known:
                step_ended(known, state)
            state.task = before
            put((27, loop, clock(), number, task))
            if look:
                passed(27)

    def step_ended(known, state):
        """What became of a task's step, unless that was told meanwhile."""
        try:
            task = known()
            if task is None:
                return
            if task._state != "PENDING":
                tell_done(task, known, state)
                return
            waiter = task._fut_waiter
            if waiter is None and not known.done:
                tell_suspend(task, known, state, None)
            else:
                tell_suspend(task, known, state, waiter)
        except Exception:
            mistake()

    def note_handle(handle, callback, args, loop, context):
        try:
            state = loop._loopscope
        except AttributeError:
            state = adopt(loop)
        by, how, future = state.by, SOON, 0
        mark = marks.get(get_ident()) if marks else None
        if mark is not None and mark[0] != JOB:
            how = mark[0]
            mark[1] = handle
            if how == THREADSAFE and state.owner != get_ident():
                by = OUTSIDE
        kind = type(callback)
        if kind is FUNCTION:
            code = callback.__code__
            known = described.get(id(code))
            if known is None or known[3] is not callback.__qualname__:
                known = callable_place(callback)
        else:
            task, step = stepped(callback, kind)
            if step:
                note_step(handle, task, step, args, state)
                return
            if how == READER and getattr(callback, "__func__", None) is read_self:
                # The self-pipe: it is told when it first matters.
                state.pipe = handle
                return
            known = callable_place(callback)
        if args:
            first = args[0]
            if callback is set_unless_cancelled:
                future = future_number(first, state)
            elif context is not None and len(args) == 1 and isinstance(first, FUTURES):
                done = alive.get(id(first))
                if done is None and ended(first) is not None and not isinstance(first, TASKS):
                    done = new_future(first, state)
                if done is not None and ended(first) is not None:
                    tell_done(first, done, state)
                    how = DONE_CALLBACK
                    future = 0 if type(done) is Task else done.number
        handle._loopscope = number = handle_numbers()
        put((21, state.number, clock(), number, how, known[0], known[1], known[2], by, 0, future))
        if look:
            passed(21)

    def future_number(future, state):
        known = alive.get(id(future))
        if known is None:
            known = new_future(future, state) if isinstance(future, FUTURES) else None
        return known.number if type(known) is Future else 0

    def note_step(handle, task, step, args, state):
        """A handle that will step a task. Before it stands what made it: a step's end, a future's."""
        known = alive.get(id(task))
        if known is None:
            known = new_task(task, state)
            if getattr(task.get_coro(), "cr_suspended", False):
                # An eager one, which has taken its first step without a handle.
                note_first_step(task, known, state)
        future = 0
        if state.task is known:
            # It queued itself in its own step.
            tell_suspend(task, known, state, args[0] if step == WAKEUP and args else None)
        elif step == WAKEUP and args:
            tell_cancels(task, known, state)
        if step == WAKEUP and args:
            done = alive.get(id(args[0]))
            if done is None and isinstance(args[0], FUTURES):
                done = new_future(args[0], state) if not isinstance(args[0], TASKS) else None
            if done is not None:
                tell_done(args[0], done, state)
                if type(done) is Future:
                    future = done.number
        place = known.place
        number = handle_numbers()
        handle._loopscope = number, known
        put((21, state.number, clock(), number, step, place[0], place[1], place[2], state.by,
             known.number, future))
        if look:
            passed(21)

    def note_cancel(handle):
        try:
            state = handle._loop._loopscope
            number = handle._loopscope
            if not number:
                return
            if type(number) is tuple:
                number = number[0]
            if isinstance(handle, PlainTimer) and handle._scheduled:
                put((24, state.number, clock(), number, bits(float(handle._when)), state.by))
                if look:
                    passed(24)
            else:
                put((28, state.number, clock(), number, state.by))
                if look:
                    passed(28)
            # Whoever is cancelled is told when the batch comes to it.
            handle.__class__ = CancelledTimer if isinstance(handle, PlainTimer) else CancelledHandle
        except Exception:
            mistake()

    def skipped(handle):
        """Whether the loop looks at a cancelled handle because its turn has come."""
        try:
            state = handle._loop._loopscope
            frame = frame_of(2)
            number = handle._loopscope
            if number and on and frame.f_code is run_once_code and "ntodo" in frame.f_locals:
                loop = handle._loop
                if state.phase == POLLED:
                    begin_turn(loop, state, len(loop._ready) + 1)
                handle._loopscope = 0
                tell("handle-skip", state.number, (number[0] if type(number) is tuple else number,))
        except Exception:
            mistake()

    class Timer(PlainTimer, metaclass=Kind):
        __slots__ = ("_loopscope", "_loopscope_scheduled")

        def __init__(self, when, callback, args, loop, context=None):
            self._loopscope = 0
            timer_init(self, when, callback, args, loop, context)
            if self._source_traceback:
                leave_us_out(self)
            if on:
                try:
                    note_timer(self, callback, args, loop)
                except Exception:
                    mistake()

        @property
        def _scheduled(self):
            return self._loopscope_scheduled

        @_scheduled.setter
        def _scheduled(self, value):
            before = getattr(self, "_loopscope_scheduled", False)
            self._loopscope_scheduled = value
            if before and not value and on:
                note_taken(self)

        _run = Handle._run
        def cancel(self):
            if on and not self._cancelled:
                note_cancel(self)
            timer_cancel(self)

    def note_timer(timer, callback, args, loop):
        try:
            state = loop._loopscope
        except AttributeError:
            state = adopt(loop)
        future = future_number(args[0], state) if callback is set_unless_cancelled else 0
        timer._loopscope = number = handle_numbers()
        place = callable_place(callback)
        put((22, state.number, clock(), number, bits(float(timer._when)), place[0], place[1],
             place[2], state.by, future, 0))
        if look:
            passed(22)

    def note_taken(timer):
        """A timer leaves the heap: it is due, or it was cancelled and is dropped."""
        try:
            state = timer._loop._loopscope
            kind = 23 if "event_list" in frame_of(2).f_locals else 25
            if kind == 25:
                end_turn(timer._loop, state)
            put((kind, state.number, clock(), timer._loopscope, bits(float(timer._when))))
            if look:
                passed(kind)
        except Exception:
            mistake()

    cancelled_slot = PlainHandle._cancelled

    def is_cancelled(self):
        value = cancelled_slot.__get__(self)
        if value:
            skipped(self)
        return value

    class CancelledHandle(Handle):
        __slots__ = ()
        _cancelled = property(is_cancelled, cancelled_slot.__set__)

    class CancelledTimer(Timer):
        __slots__ = ()
        _cancelled = property(is_cancelled, cancelled_slot.__set__)

    # They are what they stand for, as far as anybody can see.
    for ours, plain in ((Handle, PlainHandle), (Timer, PlainTimer), (CancelledHandle, PlainHandle),
                        (CancelledTimer, PlainTimer)):
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(ours, name, getattr(plain, name))
        for name in ("__init__", "_run", "cancel"):
            method = ours.__dict__.get(name)
            if method is not None:
                method.__qualname__ = "%s.%s" % (plain.__name__, name)
                method.__wrapped__ = getattr(plain, name)
    replace(events, "Handle", Handle)
    replace(events, "TimerHandle", Timer)
    Threadsafe = getattr(events, "_ThreadSafeHandle", None)

    # ---- the methods of loops ----

    Base, Selector = base_events.BaseEventLoop, selector_events.BaseSelectorEventLoop

    def wrap(owner, name):
        """Puts what is made of a method in its place."""
        def decorate(make):
            method = owner.__dict__.get(name)
            if method is None:
                return
            wrapper = make(method)
            for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
                setattr(wrapper, attribute, getattr(method, attribute))
            wrapper.__wrapped__ = method
            replace(owner, name, wrapper)
        return decorate

    if Threadsafe is not None:
        # Its lock is held while it is cancelled and while it runs; the rest is the same.
        safe_cancel, safe_run = Threadsafe.cancel, Threadsafe._run

        class SafeHandle(Threadsafe, metaclass=Kind):
            __slots__ = ("_loopscope",)

            def __init__(self, callback, args, loop, context=None):
                Threadsafe.__init__(self, callback, args, loop, context)
                self._loopscope = 0
                if self._source_traceback:
                    leave_us_out(self)
                if on:
                    try:
                        note_handle(self, callback, args, loop, context)
                    except Exception:
                        mistake()

            _run = running(safe_run)

            def cancel(self):
                if on and not self._cancelled:
                    try:
                        state = self._loop._loopscope
                        tell("handle-cancel", state.number, (self._loopscope, state.by))
                    except Exception:
                        mistake()
                safe_cancel(self)

        SafeHandle.__name__ = SafeHandle.__qualname__ = Threadsafe.__name__
        SafeHandle.__module__ = Threadsafe.__module__
        replace(events, "_ThreadSafeHandle", SafeHandle)

    @wrap(Selector, "__init__")
    def _(method):
        def wrapper(self, *args, **kwargs):
            method(self, *args, **kwargs)
            if on:
                try:
                    watch_selector(self, state_of(self))
                except Exception:
                    mistake()
        return wrapper

    @wrap(Base, "__init__")
    def _(method):
        def wrapper(self, *args, **kwargs):
            method(self, *args, **kwargs)
            if on:
                adopt(self)
        return wrapper

    def state_of(loop):
        return getattr(loop, "_loopscope", None) or adopt(loop)

    def watch_selector(loop, state):
        selector = loop._selector
        original = selector.select
        number, poll = state.number, POLL + (state.number << 8)

        def select(timeout=None):
            if timeout == 0 and quick:
                found = original(0)
                put((poll, clock(), len(found), state.phase, len(loop._ready),
                     len(loop._scheduled)))
                state.phase = POLLED
                if len(noted) > LONG:
                    flush()
                return found
            if not on:
                return original(timeout)
            end_turn(loop, state)
            cells = (0,) if timeout is None else (1, bits(float(timeout)))
            put((17, number, clock()) + cells)
            if look:
                passed(17)
            if timeout != 0:
                flush()
                # A statement at the pause may have made something ready.
                if loop._ready:
                    timeout = 0
            found = wait(original, timeout)
            put((18, number, clock(), len(found)))
            if look:
                passed(18)
            state.phase = POLLED
            return found
        selector.select = select

    # `run_forever` calls this when it begins and when it ends. Nothing is put around itself, so that
    # tracebacks of what leaves a loop are what they were.
    runs = {getattr(Base.__dict__.get(name), "__code__", None)
            for name in ("run_forever", "_run_forever_setup", "_run_forever_cleanup")}

    @wrap(Base, "_set_coroutine_origin_tracking")
    def _(method):
        def wrapper(self, enabled):
            method(self, enabled)
            if on and frame_of(1).f_code in runs:
                try:
                    begins_or_ends(self, state_of(self), frame_of(1))
                except Exception:
                    mistake()
        return wrapper

    cleans_up = getattr(Base.__dict__.get("_run_forever_cleanup"), "__code__", None)

    def begins_or_ends(loop, state, frame):
        if frame.f_code is cleans_up and state.run is None:
            # It was refused, and cleans up all the same.
            return
        run = frame
        while run is not None and run.f_code is not Base.run_forever.__code__:
            run = run.f_back
        if state.run is not None:
            if state.run is not run:
                # It was refused, and cleans up all the same.
                return
            state.run, state.owner = None, 0
            end_turn(loop, state)
            tell("loop-stopped", state.number, (state.how,))
            flush()
            return
        state.run, state.owner = run, get_ident()
        loop_threads.add(state.owner)
        state.how, until = 0, 0
        while frame is not None and frame.f_code in runs:
            frame = frame.f_back
        if frame is not None and frame.f_code is Base.run_until_complete.__code__:
            state.how = 1
            known = alive.get(id(frame.f_locals.get("future")))
            until = known.number if type(known) is Task else 0
        tell("loop-run", state.number, (state.how, until))

    def told(name, tells):
        """A method that is told of before it does its work."""
        @wrap(Base, name)
        def _(method):
            def wrapper(self, *args, **kwargs):
                if on:
                    try:
                        tells(self, state_of(self), *args, **kwargs)
                    except Exception:
                        mistake()
                return method(self, *args, **kwargs)
            return wrapper

    @wrap(Base, "create_task")
    def _(method):
        def wrapper(self, coro, **kwargs):
            task = method(self, coro, **kwargs)
            if on and self._debug and isinstance(task, TASKS):
                leave_us_out(task)
            # An eager one has run already, and no handle was made for it.
            if on and isinstance(task, TASKS) and id(task) not in alive:
                try:
                    note_eager(task, coro, state_of(self))
                except Exception:
                    mistake()
            return task
        return wrapper

    def note_eager(task, coro, state):
        note_first_step(task, new_task(task, state, coro), state)

    def note_first_step(task, known, state):
        outer = state.task
        put((31, state.number, clock(), known.number))
        if look:
            passed(31)
        if ended(task) is None:
            tell_suspend(task, known, state, task._fut_waiter)
        else:
            tell_done(task, known, state)
        state.task = outer

    told("stop", lambda loop, state: tell("loop-stop-request", state.number, (state.by,)))

    def note_close(loop, state):
        if not loop._closed and not loop.is_running():
            tell("loop-close", state.number, (len(loop._ready), len(loop._scheduled)))
            flush()

    told("close", note_close)

    def marked(mark, method, *args, **kwargs):
        """Calls a method that makes a handle of another kind, or a job's future."""
        global quick
        me = get_ident()
        before = marks.get(me)
        marks[me] = mark
        quick = False
        try:
            return method(*args, **kwargs)
        finally:
            if before is None:
                del marks[me]
            else:
                marks[me] = before
            quick = on and not look and not marks

    @wrap(Base, "call_soon_threadsafe")
    def _(method):
        def wrapper(self, callback, *args, **kwargs):
            if not on:
                return method(self, callback, *args, **kwargs)
            if jobs and args and id(args[0]) in jobs:
                job, how = jobs.pop(id(args[0])), job_how(args[-1])
                tell("executor-done", state_of(self).number, (job, how))
            return marked([THREADSAFE, None], method, self, callback, *args, **kwargs)
        return wrapper

    def watcher(name, how):
        @wrap(Selector, name)
        def _(method):
            def wrapper(self, fd, callback, *args):
                if not on:
                    return method(self, fd, callback, *args)
                mark = [how, None]
                before = watching(self, fd, how)
                result = marked(mark, method, self, fd, callback, *args)
                if before is not None and before._cancelled:
                    watched.pop(id(before), None)
                    tell("watcher-remove", state_of(self).number, (descriptor(fd), how - READER))
                if mark[1] is not None and mark[1]._loopscope:
                    watched[id(mark[1])] = mark[1]._loopscope
                    tell("watcher-add", state_of(self).number,
                         (descriptor(fd), how - READER, mark[1]._loopscope))
                return result
            return wrapper

    def unwatcher(name, how):
        @wrap(Selector, name)
        def _(method):
            def wrapper(self, fd):
                handle = watching(self, fd, how)
                removed = method(self, fd)
                watched.pop(id(handle), None)
                if removed and on and (how == WRITER or descriptor(fd) != pipe_fd(self)):
                    tell("watcher-remove", state_of(self).number, (descriptor(fd), how - READER))
                return removed
            return wrapper

    # The numbers of handles that run again and again, by their place in memory: a loop holds them.
    watched = {}

    def watching(loop, fd, how):
        try:
            return loop._selector.get_key(fd).data[how - READER]
        except Exception:
            return None

    def descriptor(fd):
        return fd if isinstance(fd, int) else int(fd.fileno())

    def pipe_fd(loop):
        return loop._ssock.fileno() if loop._ssock is not None else -1

    watcher("_add_reader", READER)
    watcher("_add_writer", WRITER)
    unwatcher("_remove_reader", READER)
    unwatcher("_remove_writer", WRITER)

    @wrap(Selector, "_process_events")
    def _(method):
        def wrapper(self, found):
            if found and on:
                state = self._loopscope
                for key, mask in found:
                    reader, writer = key.data
                    if mask & 1 and reader is not None and not reader._cancelled:
                        ready(state, key.fd, 0, reader)
                    if mask & 2 and writer is not None and not writer._cancelled:
                        ready(state, key.fd, 1, writer)
            return method(self, found)
        return wrapper

    def ready(state, fd, how, handle):
        if handle is state.pipe:
            fd = -1
            if id(handle) not in watched:
                watched[id(handle)] = number = handle_numbers()
                tell("handle-new", state.number,
                     (number, READER, name_id("self-pipe"), 0, 0, OUTSIDE, 0, 0))
        handle._loopscope = number = watched.get(id(handle), 0)
        put((42, state.number, clock(), fd, how, number))
        if look:
            passed(42)

    Unix = unix_events._UnixSelectorEventLoop

    @wrap(Unix, "add_signal_handler")
    def _(method):
        def wrapper(self, sig, callback, *args):
            if not on:
                return method(self, sig, callback, *args)
            mark = [SIGNAL, None]
            result = marked(mark, method, self, sig, callback, *args)
            if mark[1] is not None:
                watched[id(mark[1])] = mark[1]._loopscope
                tell("signal-add", state_of(self).number, (int(sig), mark[1]._loopscope))
            return result
        return wrapper

    @wrap(Unix, "remove_signal_handler")
    def _(method):
        def wrapper(self, sig):
            watched.pop(id(self._signal_handlers.get(sig)), None)
            removed = method(self, sig)
            if removed and on:
                tell("signal-remove", state_of(self).number, (int(sig),))
            return removed
        return wrapper

    @wrap(Unix, "_handle_signal")
    def _(method):
        def wrapper(self, sig):
            handle = self._signal_handlers.get(sig)
            if on and handle is not None and not handle._cancelled:
                handle._loopscope = watched.get(id(handle), 0)
                tell("signal", state_of(self).number, (int(sig), handle._loopscope))
            return method(self, sig)
        return wrapper

    @wrap(Base, "run_in_executor")
    def _(method):
        def wrapper(self, executor, func, *args):
            if not on:
                return method(self, executor, func, *args)
            job, state = job_numbers(), state_of(self)
            name = callable_place(func)[0]
            tell("executor-submit", state.number, (job, name, state.by, pool_of(executor)))
            future = marked([JOB, job], method, self, executor, func, *args)
            # Since 3.14 a job that is done at once is not told through the loop.
            if future.done() and jobs.pop(id(future), None) is not None:
                tell("executor-done", state.number, (job, job_how(future)))
            return future
        return wrapper

    @wrap(Base, "create_future")
    def _(method):
        def wrapper(self):
            future = method(self)
            if on:
                if self._debug:
                    leave_us_out(future)
                new_future(future, state_of(self))
                mark = marks.get(get_ident()) if marks else None
                if mark is not None and mark[0] == JOB:
                    jobs[id(future)] = mark[1]
            return future
        return wrapper

    def note_handler(loop, state, handler):
        place = (0, 0, 0) if handler is None else callable_place(handler)
        tell("handler-set", state.number, (int(handler is not None),) + place[:3])

    def note_handler_call(loop, state, context):
        raised = context.get("exception")
        try:
            shown = "" if raised is None else repr(raised)
        except Exception:
            shown = type(raised).__name__
        future = alive.get(id(context.get("future")))
        task = alive.get(id(context.get("task")))
        if type(future) is Task:
            task, future = future, None
        message = str(context.get("message") or "")
        tell("handler-call", state.number,
             (int(loop._exception_handler is not None), 1 if message else 0, 2 if shown else 0,
              task.number if type(task) is Task else 0,
              handle_number(context.get("handle"), state),
              future.number if type(future) is Future else 0), message, shown)

    def handle_number(handle, state):
        # It runs, and has no number of its own any more: the host knows which one that is.
        return RUNNING if isinstance(handle, PlainHandle) else 0

    told("set_exception_handler", note_handler)
    told("call_exception_handler", note_handler_call)

    def shuts_down(name, tells):
        method = Base.__dict__.get(name)
        if method is not None:
            special[id(method.__code__)] = tells

    shuts_down("shutdown_asyncgens", lambda loop: tell(
        "asyncgens-shutdown", state_of(loop).number, (len(loop._asyncgens),)))
    shuts_down("shutdown_default_executor", lambda loop: tell(
        "executor-shutdown", state_of(loop).number, ()))

    if session and not is_virtual:
        @wrap(Base, "time")
        def _(method):
            def wrapper(self):
                return method(self) - held / 1e9
            return wrapper

    if is_virtual:
        @wrap(Base, "time")
        def _(method):
            def wrapper(self):
                global virtual_now
                virtual_now += 1000
                return virtual_now / 1e9
            return wrapper


def mistake():
    """A mistake of ours is no concern of the program's."""
    if os.environ.get("LOOPSCOPE_RECORDER_RAISES"):
        raise


# ---- time that follows nobody's clock -------------------------------------------------------------

is_virtual = False
virtual_now = 0


def clock_of_session():
    """The machine's clock without the time for which the program was held."""
    return time.monotonic_ns() - held


def virtual_clock():
    return virtual_now


def wait(select_in, timeout):
    """A poll. Under the virtual clock it does not sleep, and time moves by what it would have slept."""
    global virtual_now
    if not is_virtual or timeout is None or timeout <= 0:
        return select_in(timeout)
    found = select_in(0)
    if not found:
        # As the selector takes it: in whole milliseconds.
        virtual_now += -int(-timeout * 1000 // 1) * 1000000
    return found


# ---- putting in place, and taking away again ------------------------------------------------------

replaced = []


def replace(owner, name, value):
    replaced.append((owner, name, owner.__dict__[name], value))
    setattr(owner, name, value)


def stop():
    """Everything as it was, as far as nobody has put something in the same place since."""
    global on, look, quick, sink
    on = look = quick = False
    sink = -1
    del noted[:]
    while replaced:
        owner, name, before, ours = replaced.pop()
        if owner.__dict__.get(name) is ours:
            setattr(owner, name, before)


# ---- what the program prints ----------------------------------------------------------------------

#: What threads want to hear of what they print, by thread.
listening = {}
capture = False
#: Whether records are written at once: nobody comes by afterwards.
at_once = False


class Printed(io.RawIOBase):
    """A standard stream whose lines are records. They go where they went before as well, unless they
    are shown by who reads the records."""

    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.mode = "wb"

    def writable(self):
        return True

    def fileno(self):
        return self.number

    def isatty(self):
        return not capture and os.isatty(self.number)

    def write(self, data):
        data = bytes(data)
        if not on or not capture:
            data = data[:os.write(self.number, data)]
        if on:
            try:
                text = data.decode("utf-8", "replace")
                if capture and _thread.get_ident() in listening:
                    listening[_thread.get_ident()].append(text)
                for line in text.splitlines(True) if "\r" not in text else cut(text):
                    tell("output", 0, (self.number - 1, 1), line)
                if at_once:
                    flush()
            except Exception:
                mistake()
        return len(data)


def cut(text):
    """Lines that end in a line feed only."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def take_output():
    for number, name in ((1, "stdout"), (2, "stderr")):
        before = getattr(sys, name)
        if before is None:
            continue
        before.flush()
        stream = io.TextIOWrapper(io.BufferedWriter(Printed(number, "<%s>" % name)),
                                  encoding=before.encoding, errors=before.errors, newline="\n",
                                  line_buffering=True)
        stream.mode = "w"
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)


# ---- running a program ----------------------------------------------------------------------------


def run(options, way, program, args):
    """Runs a program as `python FILE` does, or with -m or -c, and ends the process as that does."""
    global folder
    main = types.ModuleType("__main__")
    folder = os.getcwd()
    shown, is_folder = program, False
    if way == "file":
        is_folder = os.path.isdir(program)
        real = os.path.realpath(program)
        folder = real if is_folder else os.path.dirname(real)
        shown = os.path.basename(program.rstrip(os.sep))
    elif way == "code":
        shown = "-c"
    safe = getattr(sys.flags, "safe_path", False)
    if not safe and sys.path and sys.path[0] == "":
        sys.path[0] = folder
    if folder != os.sep:
        folder += os.sep
    sys.argv[:] = [shown if way == "code" else program] + args
    sys.modules["__main__"] = main
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    dialect = 2 if sys.version_info >= (3, 14) else 0
    wall = time.time_ns() - (0 if is_virtual else time.monotonic_ns() - options["base"])
    if "paused" in options:
        hold(0)
    tell("run-start", 0, (dialect, 1 if is_virtual else 2, wall, 0, 0, name_id(shown)))
    install()
    code, how, sentence = 0, "end", "The program ran to its end."
    compiling = False
    try:
        if way == "module" or is_folder:
            import runpy
            runpy._run_module_as_main("__main__" if is_folder else program, not is_folder)
        else:
            compiling = True
            path = "<string>"
            if way == "file":
                path = os.path.abspath(program) if sys.version_info >= (3, 9) else program
                with io.open_code(path) as file:
                    program = file.read()
                from importlib.machinery import SourceFileLoader
                main.__dict__.update(__file__=path, __cached__=None,
                                     __loader__=SourceFileLoader("__main__", path))
            compiled = compile(program, path, "exec", dont_inherit=True)
            compiling = False
            exec(compiled, main.__dict__)
    except SystemExit as raised:
        code, how = exit_code(raised.code), "exit"
        sentence = "The program ended itself with code %d." % code
    except BaseException as raised:
        flush_streams()
        raised.__traceback__ = without_us(raised.__traceback__)
        if compiling:
            raised.__traceback__ = None
        try:
            sys.excepthook(type(raised), raised, raised.__traceback__)
        except BaseException:
            import traceback
            traceback.print_exc()
        code, how = 1, "exception"
        if isinstance(raised, KeyboardInterrupt):
            code, how, sentence = 130, "interrupted", "The program was interrupted."
        elif compiling:
            how = "syntax"
            sentence = "The program does not compile: %s." % one_line(raised)
        else:
            sentence = "Nothing caught the program's %s." % one_line(raised)
    settle()
    if not flush_streams() and not code:
        code = 120
    end(code, how, sentence)


def exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xff
    flush_streams()
    try:
        sys.stderr.write("%s\n" % (value,))
    except Exception:
        pass
    return 1


def one_line(raised):
    try:
        text = str(raised)
    except Exception:
        text = ""
    first = (text.splitlines() or [""])[0].rstrip(".")
    if not first:
        return type(raised).__name__
    return "%s: %s" % (type(raised).__name__, first if len(first) <= 160 else first[:160] + "...")


def settle():
    """What Python does after the main program: it waits for its threads and calls exit functions."""
    import atexit
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        atexit._run_exitfuncs()
    except BaseException:
        import traceback
        traceback.print_exc()


def flush_streams():
    whole = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:
            whole = False
    return whole


def end(code, how, sentence):
    global at_once, look
    # Where somebody steps, it holds here once more.
    look = look or session
    tell("program-exit", 0, (code, WORDS["ExitHow"].index(how), 1), sentence)
    flush_all()
    at_once = True
    sys.exit(code)


def start(arguments):
    """Begins to record, as the arguments say that come from our own binary."""
    global sink, on, capture, is_virtual, clock, holder, session
    options = {}
    while arguments:
        word = arguments.pop(0)
        name, _, value = word.partition("=")
        options[name] = value
        if name in ("file", "module", "code"):
            break
    capture = "capture" in options
    base = time.monotonic_ns()
    if options.get("clock") == "virtual":
        is_virtual, clock, base = True, virtual_clock, 0
    elif "paused" in options:
        clock = clock_of_session
    options["base"] = base
    sink, requests = out_of_the_way(int(options["out"])), out_of_the_way(int(options["in"]))
    try:
        # More room in the pipe makes for fewer waits.
        import fcntl
        fcntl.fcntl(sink, 1031, 1 << 20)
    except (ImportError, OSError):
        pass
    loop_threads.add(_thread.get_ident())
    dialect = 2 if sys.version_info >= (3, 14) else 0
    put((HELLO, 1, CAN, base, os.getpid(), dialect))
    on = True
    if "paused" in options:
        holder = _thread.get_ident()
        session = True
    update()
    os.register_at_fork(after_in_child=copied)
    leave, execv, execve = os._exit, os.execv, os.execve

    def leaving(method):
        def leaves(*args, **kwargs):
            if on:
                flush_all()
            return method(*args, **kwargs)
        leaves.__name__ = leaves.__qualname__ = method.__name__
        return leaves
    os._exit, os.execv, os.execve = leaving(leave), leaving(execv), leaving(execve)
    flush()
    _thread.start_new_thread(serve, (requests,))
    take_output()
    run(options, name, value, arguments)


def out_of_the_way(number):
    """A descriptor where a program's own never are, which no other program gets."""
    import fcntl
    try:
        copy = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 100)
    except OSError:
        copy = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(number)
    return copy


def copied():
    """This process is a copy of the one that records: nothing here is told."""
    global writing
    stop()
    writing = _thread.allocate_lock()
