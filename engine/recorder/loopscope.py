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
    "snapshot-begin": (8, 0), "snapshot-end": (9, 0),
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
    "executor-submit": (46, 4), "executor-done": (47, 2), "process-new": (52, 3),
    "process-exit": (53, 3), "remark": (55, 2), "task-timeout": (72, 2), "future-needs": (73, 2),
    "server-new": (48, 3), "server-close": (49, 2), "transport-new": (50, 7),
    "transport-close": (51, 3), "future-outside": (61, 5), "server-listen": (62, 3), "server-closed": (63, 1),
    "transport-pause": (66, 3), "transport-resume": (67, 2), "transport-tls": (69, 2),
    "transport-closed": (70, 1), "sync-new": (74, 6), "sync-name": (75, 2), "sync-state": (76, 5), "sync-wait": (77, 4),
    "sync-user": (78, 2),
}

#: The closed sets of words that are sent, in the order of their numbers.
WORDS = {
    "Dialect": ["cpython", "cpython-3.6", "cpython-3.14", "micropython", "micropython-firmware",
                "embassy", "other"],
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
    "NeedHow": ["all", "all-or-failure", "any"],
    "SyncKind": ["lock", "semaphore", "bounded-semaphore", "event", "condition", "barrier", "queue",
                 "priority-queue", "lifo-queue"],
    "SyncHow": ["take", "give", "hand-over", "put", "get", "done", "shut-down", "set", "clear",
                "arrive", "leave"],
    "SyncWaitHow": ["acquire", "wait", "get", "put", "join"],
    "TransportKind": ["tcp", "unix", "tls", "udp", "pipe", "process"],
    "CloseHow": ["close", "eof", "abort", "error"],
    "Stream": ["stdout", "stderr"],
    "RemarkKind": ["note"],
    "ExitHow": ["end", "exit", "exception", "syntax", "interrupted"],
}

# What stands between events in the list.
NAME, TEXT, CHAIN, HELLO, HELD, RAN, REFUSED, CODE, STAND, FOLDER, LINE, SITE = range(-1, -13, -1)

# Short forms of what happens all the time. The loop's number is in the upper bits. Where no time is
# said it is that of the record before; who made a handle, and which one is done, is the one that runs.
# A task's step is one number that is made once: the task stands in it, and its handle is the last one
# that was made for it. So is what a new handle will call, where handles are all that is told.
# That a descriptor can be read is told by its number, and that a task is woken by what it waits for by
# the task's.
(POLL, TURN, RUN, STEP_RUN, DONE, SOON_NEW, YIELD, YIELD_AGAIN, POLL_TURN, WAKE, WAIT,
 NEW, POLL_ONE, READY, WAKE_WAITER) = range(128, 143)

SOON, THREADSAFE, READER, WRITER, SIGNAL, STEP, WAKEUP, DONE_CALLBACK = range(8)
JOB = 100
RESULT, EXCEPTION, CANCELLED = range(3)
#: Who did something: nobody's handle, a statement of the host's, or the handle that runs.
OUTSIDE, BY_PY, RUNNING = 0, 1, -1

#: What a host may ask: to hold, to run Python, to interrupt, to look at what variables hold.
CAN = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 5

#: This many numbers are written at once at the latest.
LONG = 1 << 13
#: How often what was noted is written while the program is busy, in seconds.
OFTEN = 0.05
#: A poll that may sleep leaves it to the thread that does so where the last time is not this long ago,
#: in nanoseconds: who reads has to be woken each time, which costs a server more than all the notes.
SHORTLY = 10_000_000
#: The deepest await chain that is followed.
DEEPEST = 64
#: How many pieces of code are remembered. A program that makes code without end must not grow by it.
KEPT = 8192

if sys.version_info < (3, 8):
    sys.exit("loopscope: this is Python %d.%d, and 3.8 or later is needed; name a newer one with "
             "--python" % sys.version_info[:2])

import _queue
import _socket
import _thread
import collections
import io
import itertools
import os
import select
import signal
import stat
import struct
import time
import types
import weakref

clock = time.monotonic_ns
NO_SIGNAL = getattr(_socket, "MSG_NOSIGNAL", 0)

# ---- the list, and the pipe that it goes to -------------------------------------------------------

noted = []
put, note = noted.extend, noted.append
#: Where blocks go, or -1.
sink = -1
#: When something was written last.
flushed = 0
#: Whether a record has to look whether it is one to hold at.
look = False
#: Whether anything is recorded in this process.
on = False
#: Whether it is on and nothing is out of the ordinary.
quick = False
#: Whether handles are all that is told: no tasks, no futures, no lines.
handles_only = False
#: Whether who reads may be too slow for the program, which does not wait then.
gentle = False
#: Nothing is noted, because too much waits to be read, and how many handles have run meanwhile.
deaf, unheard = False, 0
#: The connection to a host that has attached, if one has.
host = None
writing = _thread.allocate_lock()
#: What could not be written yet, and how many bytes that is.
waiting = collections.deque()
waiting_bytes = 0
#: With more than this to be written nothing more is noted.
MOST_WAITING = 8 << 20
MAGIC = b"\xf5LSN"


def bits(seconds):
    """A float as a whole number with the same bits."""
    return as_whole(as_bytes(seconds))[0]


as_bytes, as_whole = struct.Struct("<d").pack, struct.Struct("<q").unpack


def packed(data):
    """Bytes as whole numbers: how many they are, and eight in each."""
    return (len(data),) + struct.unpack("<%dq" % ((len(data) + 7) // 8),
                                        data + b"\0" * (-len(data) % 8))


def flush():
    """Writes what was noted. Who comes while another thread writes leaves it to that one."""
    global flushed
    flushed = clock()
    if sink < 0 or not (noted or waiting) or not writing.acquire(False):
        return
    try:
        while noted:
            # Whole notes only: the end of the list is the end of one.
            count = len(noted)
            block = noted[:count]
            del noted[:count]
            data = struct.pack("<4sI%dq4s" % count, MAGIC, 8 * count, *block, MAGIC)
            if gentle:
                keep_waiting(data)
            else:
                write_all(data)
        if waiting:
            write_some()
    finally:
        writing.release()


def write_all(data):
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


def keep_waiting(data):
    global waiting_bytes
    waiting.append(memoryview(data))
    waiting_bytes += len(data)


def write_some():
    """Writes as much as is taken at once."""
    global waiting_bytes, on, deaf
    try:
        while waiting:
            count = host.send(waiting[0], NO_SIGNAL)
            waiting_bytes -= count
            if count < len(waiting[0]):
                waiting[0] = waiting[0][count:]
            else:
                waiting.popleft()
    except BlockingIOError:
        if waiting_bytes > MOST_WAITING and on:
            on = False
            set_quick()
            deaf = True
    except OSError:
        # Nobody reads any more, as the thread that listens will see.
        waiting.clear()
        waiting_bytes = 0


def missed():
    global unheard
    unheard += 1


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


#: The kinds that no line of the program causes.
BY_NOBODY = {
    "run-start", "program-exit", "gap", "snapshot-begin", "snapshot-end", "loop-stopped",
    "turn-begin", "turn-end", "poll-begin", "poll-end", "timer-due", "timer-drop", "handle-run",
    "handle-done", "handle-skip", "task-suspend", "watcher-ready", "signal", "executor-done",
    "process-exit", "remark", "transport-closed", "transport-tls",
}


def tell(kind, loop, cells, *texts):
    """One record, with the line that has caused it and its texts before it in one piece."""
    tell_at(() if kind in BY_NOBODY else line_at(1), kind, loop, cells, *texts)


def tell_at(entry, kind, loop, cells, *texts):
    """The same, where the line is known."""
    if may_be_eager and kind not in BY_NOBODY:
        look_for_eager()
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
    global look
    look = not detached and bool(holder or pausing or left or wanted)
    set_quick()


def set_quick():
    """Whether what happens most is told the short way, which each loop has at hand."""
    global quick
    quick = on and not (look or marks or unfinished)
    for state in list(states.values()):
        state.set_quick()


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
            if isinstance(order, str):
                look_at(order)
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


# ---- what the program has where it is held -----------------------------------------------------------

#: Of how many frames how many names are told at most.
DEEPEST_FRAMES, MOST_NAMES = 64, 100


def look_at(asked):
    """Tells the locals of frames, or the value of an expression. Nothing is recorded meanwhile."""
    global on
    words, before = asked.split("\t", 3), on
    on = False
    set_quick()
    try:
        if words[0] == "locals":
            good, told = True, locals_of(int(words[1]), int(words[2]))
        else:
            good, told = True, value_of_text(words[3], words[2], int(words[1]))
    except BaseException as error:
        good, told = False, one_line(error)
    on = before
    update()
    put((RAN, int(good)) + packed(told.encode("utf-8", "replace")))
    flush_all()


def coroutines():
    """Those of the tasks that are alive and not done, by the tasks' numbers."""
    found = {}
    for known in list(alive.values()):
        task = known() if type(known) is Task else None
        if task is not None and not task.done():
            found[known.number] = task.get_coro()
    return found


def frames_that_run():
    """The frames of this thread, the innermost first."""
    frame, frames = sys._getframe(), []
    while frame is not None and len(frames) < DEEPEST_FRAMES:
        if frame.f_code.co_filename != __file__:
            frames.append(frame)
        frame = frame.f_back
    return frames


def frames_of(task, running):
    """The frames of a task, or of what runs, the innermost first. Those of the library count only where
    there are no others."""
    frames, at = [], coroutines().get(task)
    while at is not None and len(frames) < DEEPEST_FRAMES:
        kind = type(at)
        frame, at = ((at.cr_frame, at.cr_await) if kind is COROUTINE else
                     (at.gi_frame, at.gi_yieldfrom) if kind is GENERATOR else
                     (at.ag_frame, at.ag_await) if kind is ASYNCGEN else (None, None))
        if frame is None:
            break
        frames.insert(0, frame)
    stack = frames_that_run()
    # One that runs, and has not just given up control, is among the frames that do.
    if task == 0 or task == running and (not frames or frames[-1] in stack):
        frames = stack
    return [frame for frame in frames if file_name(frame.f_code.co_filename)[1]] or frames


def function_of(frame):
    return getattr(frame.f_code, "co_qualname", frame.f_code.co_name)


def one_field(text):
    return " ".join(text.split("\n")).replace("\t", " ")


def shown(value):
    """A value in short. Of a class of the library it is what that says; nothing of the program runs."""
    text = brief(value, 4)
    says = getattr(type(value), "__repr__", None)
    if text.endswith(" object>") and type(says) is FUNCTION:
        file = says.__code__.co_filename
        if file.startswith(library) and not file_name(file)[1] and "-packages" not in file:
            try:
                text = repr(value)
            except Exception:
                pass
    return one_field(cut_to(text))


def locals_of(running, task):
    """A line for each frame, and behind it one for each of its locals."""
    lines = []
    for frame in frames_of(task, running):
        lines.append("frame\t%s:%d\t%s" % (one_field(file_name(frame.f_code.co_filename)[0]),
                                           frame.f_lineno or 0, one_field(function_of(frame))))
        is_module, names = frame.f_code.co_name == "<module>", 0
        for name, value in list(frame.f_locals.items()):
            if is_module and (name.startswith("__") or isinstance(value, (type, FUNCTION,
                                                                          types.ModuleType))):
                continue
            names += 1
            if names <= MOST_NAMES:
                lines.append("local\t%s\t%s" % (one_field(name), shown(value)))
    return "\n".join(lines)


def value_of_text(text, scope, running):
    """The value of an expression, and the scope in which its names were found."""
    code = compile(text.strip(), "<print>", "eval", dont_inherit=True)
    wanted, main = set(code.co_names), sys.modules["__main__"].__dict__

    def named(task):
        return [("%d:%s" % (task, function_of(frame)), frame) for frame in frames_of(task, running)]

    if "#" in scope:
        task, _, number = scope.partition("#")
        found = named(int(task))[int(number):]
    elif scope:
        found = [each for each in named(int(scope.partition(":")[0])) if each[0] == scope]
    else:
        found = named(running)
        for number in sorted(coroutines()):
            if number != running:
                found += named(number)
    for where, frame in found:
        own = dict(frame.f_locals)
        if not scope and not wanted & set(own):
            continue
        space = dict(frame.f_globals)
        space.update(own)
        try:
            return "value\t%s\t%s" % (where, shown_whole(eval(code, space)))
        except NameError:
            continue
    if scope and "#" not in scope:
        return "gone"
    space = dict(main)
    if states and "loop" not in space:
        space["loop"] = list(states.values())[-1].loop()
    return "value\t0:<module>\t%s" % shown_whole(eval(code, space))


def shown_whole(value):
    """A value that was asked for: by its own `repr`."""
    return one_field(cut_to(repr(value)))


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
    take_no_signals()
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
        bodies, data = requests_in(data)
        for body in bodies:
            statement = obey(body, statement)
    if not detached:
        # The host is gone, and with it the reason to be here.
        os._exit(129)


def take_no_signals():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def requests_in(data):
    """The requests that came as a whole, and what is left. A request: item, code, length, body, check."""
    bodies = []
    while len(data) >= 2 and len(data) >= data[1] + 3:
        bodies.append(data[2:data[1] + 2])
        data = data[data[1] + 3:]
    return bodies, data


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
        if not gentle:
            refuse("A program tells everything from its start, so it needs no snapshot.")
        elif not holder:
            take_snapshot(lambda: None)
    elif what == 5:
        statement += body[2:]
        if not body[1]:
            if holder:
                orders.put(statement)
            else:
                refuse("Python cannot run now, because the program is running; pause it first.")
            statement = b""
    elif what == 9:
        statement += body[2:]
        if not body[1]:
            if holder:
                orders.put(statement.decode("utf-8", "replace"))
            else:
                put((RAN, 0) + packed(b"The program runs; pause it first."))
                flush()
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
#: number of all that, the places that have handed it to `call_soon`).
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
            forget_lines()
            described.clear()
            forget_stands()
            forget_calls()
        file, mine = file_name(code.co_filename)
        known = described[key] = described[id(code)] = (
            name_id(qualname), name_id(file), code.co_firstlineno, qualname, mine, code,
            next(code_ids), {})
        # Where a task of it begins is a line of the program's, or none.
        put((CODE,) + known[:3] + (line_in(0, known, known[2]) if mine else 0,))
    return known


FUNCTION, METHOD, BUILTIN = types.FunctionType, types.MethodType, type(len)


def callable_place(callback):
    """The name of a callable, and where it is defined."""
    target = callback
    if type(callback) is METHOD:
        # Mostly it is described already.
        inner = callback.__func__
        known = described.get(id(getattr(inner, "__code__", None)))
        if known is not None and known[3] is inner.__qualname__:
            return known
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
FRAMED = (COROUTINE, GENERATOR, ASYNCGEN)


def coroutine_place(coro):
    kind = type(coro)
    if kind is COROUTINE:
        return describe(coro.cr_code, coro.__qualname__)
    if kind is GENERATOR:
        return describe(coro.gi_code, coro.__qualname__)
    called = getattr(coro, "__qualname__", None) or getattr(coro, "__name__", None)
    return name_id(called if type(called) is str else kind.__name__), 0, 0


#: What is known of where a coroutine stands: (its chain, the number of the program's innermost line
#: with the chain, that line's file, the line, the code, the chain from that line inwards, whether the
#: code waits at a lock or the like).
chains = {}
#: The same, by the codes and instructions of all frames.
stands = {}
chain_ids, stand_ids = itertools.count(1), itertools.count(1)
NOWHERE = (0, 0, 0, 0, None, 0, False)
#: `asyncio.sleep(0)`: it stands in one place only, so its frames need not be looked at.
sleep_code = sleep0_code = None


#: Whether a coroutine's code has one place only where it can be suspended, by the code's place in
#: memory: where it stands is known then without its frame, which would have to be made.
lone = {}
#: The instructions at which something is suspended.
suspending = ()


def is_lone(code):
    if len(lone) >= KEPT:
        lone.clear()
        forget_stands()
    at = [each for each in code.co_code[::2] if each in suspending]
    # The code is kept, so that its place in memory stays its own.
    known = lone[id(code)] = len(at) == 1, code
    return known


def chain_of(coro):
    """Where a suspended coroutine stands."""
    key, at = [], coro
    for _ in range(DEEPEST):
        kind = type(at)
        if kind is COROUTINE:
            inner, code = at.cr_await, at.cr_code
            number = id(code)
            known = lone.get(number) or is_lone(code)
            if known[0] and inner is not None:
                key.append(number)
                at = inner
                continue
            frame = at.cr_frame
        elif kind is GENERATOR:
            frame, inner = at.gi_frame, at.gi_yieldfrom
        elif kind is ASYNCGEN:
            frame, inner = at.ag_frame, at.ag_await
        else:
            break
        if frame is None:
            break
        key.append(id(frame.f_code))
        key.append(frame.f_lasti)
        if inner is None:
            break
        at = inner
    key = tuple(key)
    known = stands.get(key)
    if known is None:
        if len(stands) >= KEPT:
            forget_stands()
        known = stands[key] = look_at_chain(coro)
    return known


#: Where tasks have waited, for all tasks of one code by that code's place in memory: by the instruction at
#: which that stood, the codes of all frames with their instructions, and what is known of that stand. An
#: instruction below 0 is the only one there, or the one by which it was found.
waited = {}


def stand_of(known, coro):
    """The same for a task, which mostly waits where one like it has waited before: then it is enough to
    look whether the frames are the same."""
    try:
        frames, innermost, stand = known.stands[coro.cr_frame.f_lasti]
        at = coro.cr_await
        for code, instruction in frames:
            if at.cr_code is not code or instruction >= 0 and at.cr_frame.f_lasti != instruction:
                break
            at = at.cr_await
        else:
            if type(at) is innermost:
                return stand
    except (KeyError, AttributeError):
        pass
    stand = chain_of(coro)
    if type(coro) is COROUTINE and coro.cr_frame is not None:
        frames, at = [], coro.cr_await
        while type(at) is COROUTINE and at.cr_frame is not None and len(frames) < DEEPEST:
            code = at.cr_code
            frames.append((code, -1 if (lone.get(id(code)) or is_lone(code))[0]
                           else at.cr_frame.f_lasti))
            at = at.cr_await
            if id(code) in waits_by_one_way:
                break
        if at is not None and (type(at) not in FRAMED or frames
                               and id(frames[-1][0]) in waits_by_one_way):
            known.stands[coro.cr_frame.f_lasti] = frames, type(at), stand
    return stand


#: Functions of the library that have one place to wait at, from where there is one way further in: it
#: need not be looked at again. By their code's place in memory.
waits_by_one_way = {}


def stands_like(coro):
    return waited.setdefault(id(getattr(coro, "cr_code", None)), {})


def forget_stands():
    # Tasks that are known keep what they have: who reads knows those stands, until all is told anew.
    for each in (chains, stands, waited):
        each.clear()


def look_at_chain(coro):
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
        forget_stands()
    at = (place[1], line) if place[4] else outer[2:4]
    put((CHAIN, number, outer[0], place[0], place[1], line))
    goes_on = line_in(0 if place[4] else outer[5], place, line) if place[4] or outer[5] else 0
    future = name_id("Future")
    known = chains[key] = (number, next(stand_ids)) + at + (code, goes_on, id(code) in waits_in)
    put((STAND, known[1]) + at + (number, goes_on, future))
    return known


# ---- which line is at work ------------------------------------------------------------------------

#: Chains of lines: the outermost is the program's, those inside it are the library's that it called.
#: By the chain around, the code and the line.
lines = {}
#: Lines that were looked for, by the codes and instructions of the frames.
walks = {}
#: What a frame is, by its code: of the program, of the library, of the loop itself, or where a look
#: outwards ends, because what is outside has started the loop and has no part in what that does.
MINE, FOREIGN, INNER, FLOOR = range(4)
roles = {}
#: Files of the library that are the loop itself: that a line called `call_soon` is said already.
INNER_FILES = ("asyncio.base_events", "asyncio.events", "asyncio.selector_events",
               "asyncio.unix_events")


def line_in(outer, place, line):
    """The chain with one more frame inside: code that is described, at a line."""
    key = outer, place[6], line
    known = lines.get(key)
    if known is None:
        if len(lines) >= KEPT:
            forget_lines()
        known = lines[key] = next(chain_ids)
        put((CHAIN, known, outer, place[0], place[1], line))
    return known


def role_of(code):
    if len(roles) >= KEPT:
        forget_roles()
    file, mine = file_name(code.co_filename)
    if code.co_filename == __file__ or file in INNER_FILES:
        role = INNER
    else:
        role = MINE if mine else FOREIGN
    # The code is kept, so that its place in memory stays its own.
    known = roles[id(code)] = role, code
    return known


floors = []


def forget_lines():
    for known in (lines, walks):
        known.clear()
    for place in described.values():
        place[7].clear()


def forget_calls():
    """What loops know by the places of code in memory that is described no more."""
    for state in list(states.values()):
        for known in (state.calls, state.steps, state.wakes):
            known.clear()


def forget_roles():
    walks.clear()
    roles.clear()
    foreign_modules.clear()
    uses.clear()
    for code in floors:
        roles[id(code)] = FLOOR, code


def line_at(depth):
    """The line that is at work so many frames outside of who asks, as what stands before the record that
    it has caused."""
    if handles_only:
        return ()
    frame = sys._getframe(depth + 1)
    # Mostly it is the innermost one that is the program's.
    number = id(frame.f_code)
    known = roles.get(number)
    if known is not None and known[0] == MINE:
        key = number, frame.f_lasti
        return walks.get(key) or new_walk(key, frame)
    spots = []
    for further in range(DEEPEST):
        if frame is None or further == NEAR and is_foreign(depth + 1 + NEAR):
            return ()
        number = id(frame.f_code)
        role = (roles.get(number) or role_of(frame.f_code))[0]
        if role == INNER:
            pass
        elif role == FLOOR:
            return ()
        else:
            # Every instruction has a number of its own as long as its code exists.
            spots += number, frame.f_lasti
            if role == MINE:
                key = tuple(spots)
                return walks.get(key) or new_walk(key, frame)
        frame = frame.f_back
    return ()


#: After so many frames `is_foreign` asks about the others.
NEAR = 3
#: What names the module of a frame without making the frame, which is what costs. Since 3.12.
module_of = getattr(sys, "_getframemodulename", None)
#: The names of modules that are of the library.
foreign_modules = set()


def is_foreign(depth):
    """Whether none of the frames from one on outwards is the program's, up to where a look outwards ends.
    A function of the program's that calls itself one of the library's (`functools.wraps`) counts as that.
    """
    if module_of is None:
        return False
    try:
        for at in range(depth + 1, depth + 1 + DEEPEST - NEAR):
            if module_of(at) in foreign_modules:
                continue
            name = module_of(at)
            if name == "asyncio.events":
                # `Handle._run` is one of its functions.
                code = sys._getframe(at).f_code
                if (roles.get(id(code)) or role_of(code))[0] == FLOOR:
                    return True
            else:
                path = getattr(sys.modules.get(name), "__file__", None)
                if type(path) is not str or path != __file__ and file_name(path)[1]:
                    return False
                if len(foreign_modules) < KEPT:
                    foreign_modules.add(name)
    except TypeError:
        # A function says it is of a module that is no name.
        return False
    return True


def new_walk(key, outermost):
    """What `line_at` gives for a frame of the program's and those inside it."""
    chain = line_in(0, place_of(outermost.f_code), outermost.f_lineno or 0)
    for at in range(len(key) - 4, -1, -2):
        code = roles[key[at]][1]
        chain = line_in(chain, place_of(code), line_of(code, key[at + 1]))
    if len(walks) >= KEPT:
        walks.clear()
    walks[key] = LINE, chain
    return LINE, chain


def line_of(code, instruction):
    """The line of an instruction, as a frame says it."""
    if hasattr(code, "co_lines"):
        for begin, end, line in code.co_lines():
            if begin <= instruction < end:
                return line or 0
        return 0
    # Before 3.10: pairs of how many bytes and lines further.
    address, line = 0, code.co_firstlineno
    pairs = iter(code.co_lnotab)
    for bytes_further, lines_further in zip(pairs, pairs):
        address += bytes_further
        if address > instruction:
            break
        line += lines_further - 256 if lines_further >= 128 else lines_further
    return line


def place_of(code):
    return described.get(id(code)) or describe(code, getattr(code, "co_qualname", code.co_name))


def line_raised(error):
    """The line that has raised an exception, as it was handed on so far."""
    chain = 0
    at = error.__traceback__
    for _ in range(4 * DEEPEST):
        if at is None:
            break
        code = at.tb_frame.f_code
        role = (roles.get(id(code)) or role_of(code))[0]
        if role == MINE:
            chain = line_in(0, place_of(code), at.tb_lineno or 0)
        elif role == FOREIGN and chain:
            chain = line_in(chain, place_of(code), at.tb_lineno or 0)
        at = at.tb_next
    return (LINE, chain) if chain else ()


def site_of(frame, spot, known):
    """That a line has handed this callback to `call_soon`, as one number; 0: no line of the program's
    has done so by itself."""
    role, code = roles.get(id(frame.f_code)) or role_of(frame.f_code)
    if role != MINE:
        return 0
    if len(known[7]) >= 256:
        known[7].clear()
    chain = line_in(0, place_of(code), frame.f_lineno or 0)
    site = next(site_ids)
    put((SITE, site, SOON) + known[:3] + (chain,))
    known[7][spot] = code, site
    return site


site_ids = itertools.count(1)

# ---- tasks and futures ----------------------------------------------------------------------------

#: Tasks and futures that are alive, by their place in memory.
alive = {}
#: Tasks that wait for a future which a function of the library has made for that, by that future's
#: place in memory: the task holds it, so the place is nothing else's.
waits = {}
#: What is told when a task of this code first runs, and tasks that are to tell it.
special, first_steps = {}, {}


def forget(ref):
    # It is called before the place in memory can be anything else's.
    alive.pop(ref.key, None)


def forget_task(ref):
    alive.pop(ref.key, None)
    if ref.wait:
        waits.pop(ref.wait, None)


class Task(weakref.ref):
    """What is known of a task."""

    # Its next step's handle, and where it gave the others a turn the last time that this was told.
    # `wait`: the place in memory of the future that it waits for, if that is in `waits`; else 0.
    __slots__ = ("key", "number", "place", "done", "cancels", "handle", "at", "stand", "runs",
                 "wakes", "stands", "wait", "wait_number")


class Future(weakref.ref):
    """What is known of a future."""

    __slots__ = ("key", "number", "done")


task_numbers = itertools.count(1).__next__
future_numbers = itertools.count(1).__next__
handle_numbers = itertools.count(1).__next__
object_numbers = itertools.count(1).__next__
job_numbers = itertools.count(1).__next__
loop_numbers = itertools.count(1).__next__


def new_task(task, state, coro=None, line=None):
    """A task that was not seen before. It exists since just now, since its first step is queued."""
    known = Task(task, forget_task)
    known.key = id(task)
    known.number = number = task_numbers()
    known.done = False
    known.cancels = 0
    known.handle, known.at, known.stand, known.wait = 0, -1, -1, 0
    upper = (number & 0x7fffffff) << 32
    known.runs, known.wakes = state.STEP_RUN + upper, state.WAKE_WAITER + upper
    coro = coro or task.get_coro()
    known.place = place = coroutine_place(coro)
    known.stands = stands_like(coro)
    tells = special.get(id(getattr(coro, "cr_code", None)))
    if tells is not None:
        first_steps[number] = tells
    alive[id(task)] = known
    label = new_name(task.get_name())
    if line is None:
        line = line_at(1)
    put(line + (30, state.number, clock(), number, place[0], place[1], place[2], label, state.by))
    if look:
        passed(30)
    if at_hand:
        try:
            tell_at_hand(known, state, coro, line)
        except Exception:
            mistake()
    return known


def remember(future, number):
    known = alive[id(future)] = Future(future, forget)
    known.key, known.number, known.done = id(future), number, False
    return known


def known_of(future):
    """What is known of a future or a task; None: nothing."""
    known = alive.get(id(future))
    if known is None and id(future) in waits:
        # Somebody else than who waits for it looks at it, so it is followed like others.
        task = waits.pop(id(future))
        task.wait = 0
        known = remember(future, task.wait_number)
    return known


def new_future(future, state):
    if may_be_eager:
        look_for_eager()
    known = remember(future, future_numbers())
    number = known.number
    kind, line = type(future), line_at(1)
    name = name_id("Future" if kind is PlainFuture else kind.__qualname__)
    put(line + (35, state.number, clock(), number, name, state.by))
    if look:
        passed(35)
    children = None if kind is PlainFuture else getattr(future, "_children", None)
    if type(children) is list:
        for child in children:
            kind, other = awaited(child, state)
            if kind:
                put(line + (37, state.number, clock(), number, kind, other))
                if look:
                    passed(37)
    return known


def tell_made(state):
    """A future that was to be told with the end of the step."""
    future, state.made = state.made, None
    known = remember(future, future_numbers())
    put((35, state.number, clock(), known.number, name_id("Future"), state.by))
    if look:
        passed(35)
    if state.made_for:
        tell_outside(state, known.number, 0, state.made_for)


def tell_outside(state, future, job=0, transport=0, server=0, process=0, line=()):
    """By what from outside a future will be completed."""
    put(line + (61, state.number, clock(), future, job, transport, server, process))
    if look:
        passed(61)


def awaited(future, state):
    """What is waited for, as the kind of thing and its number."""
    known = known_of(future)
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


def tell_done(future, known, state, line=()):
    """A future is done whose callbacks are being queued, by the line that is at work."""
    how = ended(future)
    if how is None or known.done:
        return
    if type(known) is Task:
        tell_cancels(future, known, state)
        known.done = True
        if state.task is known:
            if state.made is not None:
                tell_made(state)
            state.task = None
        line = line_raised(future._exception) if how == EXCEPTION else ()
        put(value_of(future, how) + line + (33, state.number, clock(), known.number, how))
        if look:
            passed(33)
    else:
        known.done = True
        put(value_of(future, how) + line + (36, state.number, clock(), known.number, how, state.by))
        if look:
            passed(36)


# ---- tasks that take their first step at once -----------------------------------------------------

#: Whether there are such tasks: since 3.12.
may_be_eager = False
#: The library's functions.
running_loop = current_task = None


def look_for_eager():
    """A record is about to be made. A task may take its first step just now, without a handle, inside
    whatever has made it; or it has taken it since the last record."""
    loop = running_loop()
    state = getattr(loop, "_loopscope", None)
    if state is None or handles_only:
        return
    task = current_task(loop)
    if state.eagers:
        leave_eagers(state)
    if task is not None and id(task) not in alive and (state.task is None
                                                       or state.task() is not task):
        outer = state.task
        if state.made is not None:
            tell_made(state)
        # Kept until its step is known to be over: one that has ended does not tell it any more.
        coro = task.get_coro()
        known = new_task(task, state, coro)
        put((31, state.number, clock(), known.number))
        if look:
            passed(31)
        state.eagers.append((known, outer, task, coro))
        state.task = known


def leave_eagers(state):
    """Tells of first steps that are over: the innermost, as far as they do not run any more."""
    if state.made is not None:
        tell_made(state)
    while state.eagers and not getattr(state.eagers[-1][3], "cr_running", False):
        known, outer, task, _ = state.eagers.pop()
        if state.task is known:
            first_step_over(task, known, state)
        state.task = outer


def first_step_over(task, known, state):
    if ended(task) is None:
        tell_suspend(task, known, state, task._fut_waiter)
    else:
        tell_done(task, known, state)


# ---- values ---------------------------------------------------------------------------------------

#: The most characters of a value, and the most members of a collection that are looked at.
LONGEST, MEMBERS = 160, 32
NOTHING = (TEXT, 1) + packed(b"None")
BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: "{}", dict: "{}"}


def value_of(future, how):
    """What a future has, as its record says it: a text, and the traceback of an exception.

    Nothing of the program's own runs for it: nobody could stop that here.
    """
    if how == RESULT:
        result = future._result
        if result is None:
            return NOTHING
        return (TEXT, 1) + packed(cut_to(brief(result, 4)).encode("utf-8", "replace"))
    if how == CANCELLED:
        message = getattr(future, "_cancel_message", None)
        text = "CancelledError" if message is None else "CancelledError: " + brief(message, 1)
        return (TEXT, 1) + packed(cut_to(text).encode("utf-8", "replace"))
    error = future._exception
    text = type(error).__name__
    try:
        arguments = BaseException.args.__get__(error)
        if len(arguments) == 1 and type(arguments[0]) is str and type(error) is not KeyError:
            if arguments[0]:
                text += ": " + arguments[0][:LONGEST + 1]
        elif arguments:
            text += ": " + brief(arguments[0] if len(arguments) == 1 else arguments, 4)
    except Exception:
        pass
    frames = []
    at = error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        if code.co_filename != __file__:
            frames.append("%s:%d %s" % (file_name(code.co_filename), at.tb_lineno or 0,
                                        getattr(code, "co_qualname", code.co_name)))
        at = at.tb_next
    entry = (TEXT, 1) + packed(cut_to(text).encode("utf-8", "replace"))
    if frames:
        entry += (TEXT, 2) + packed("\n".join(frames[-MEMBERS:]).encode("utf-8", "replace"))
    return entry


def cut_to(text):
    return text if len(text) <= LONGEST else text[:LONGEST] + "\u2026"


def brief(value, depth):
    """A value that is built in, as a text of not much more than is wanted; else its class."""
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is complex:
        return repr(value)
    if kind is int:
        bits = value.bit_length()
        return repr(value) if bits < 1024 else "<int of %d bits>" % bits
    if kind is str or kind is bytes:
        return repr(value[:LONGEST + 1])
    if kind not in BRACKETS:
        if isinstance(kind, type) and isinstance(value, type):
            return "<class %s>" % value.__name__
        known = known_of(value)
        if known is not None and known() is value:
            return "<%s %s%d>" % (kind.__name__, "" if type(known) is Task else "f", known.number)
        return "<%s object>" % kind.__name__
    if not value and kind in (set, frozenset):
        return kind.__name__ + "()"
    left, right = BRACKETS[kind]
    if kind is frozenset:
        left, right = "frozenset({", "})"
    if not value:
        return left + right
    if depth == 0:
        return left + "\u2026" + right
    parts, length = [], 0
    try:
        for member in value.items() if kind is dict else value:
            if len(parts) == MEMBERS or length > LONGEST:
                parts.append("\u2026")
                break
            if kind is dict:
                part = brief(member[0], depth - 1) + ": " + brief(member[1], depth - 1)
            else:
                part = brief(member, depth - 1)
            parts.append(part)
            length += len(part) + 2
    except RuntimeError:
        # Another thread has changed it meanwhile.
        parts.append("\u2026")
    if kind is tuple and len(parts) == 1:
        right = ",)"
    return left + ", ".join(parts) + right


def tell_cancels(task, known, state):
    """`cancel` of a task cannot be seen, but how often it was called since 3.11."""
    if cancelling is None:
        return
    cancels = cancelling(task)
    while known.cancels < cancels:
        known.cancels += 1
        put(line_at(1) + (34, state.number, clock(), known.number, state.by))
        if look:
            passed(34)
    known.cancels = cancels


def tell_suspend(task, known, state, on):
    if state.made is not None:
        tell_made(state)
    state.task = None
    chain, _, file, line, code, _, waits = stand_of(known, task.get_coro())
    kind, number = (0, 0) if on is None else awaited(on, state)
    if kind:
        if waits:
            tell_wait(task, known, state, code, number)
        put((32, state.number, clock(), known.number, kind, number, file, line, chain))
    else:
        put((32, state.number, clock(), known.number, 0, file, line, chain))
    if look:
        passed(32)


# ---- locks, queues and the like --------------------------------------------------------------------

LOCK, SEMAPHORE, BOUNDED, EVENT, CONDITION, BARRIER, QUEUE, PRIORITY_QUEUE, LIFO_QUEUE = range(9)
(TAKE, GIVE, HAND_OVER, PUT, GET, DONE_WITH, SHUT_DOWN, SET, CLEAR, ARRIVE, LEAVE) = range(11)
TO_ACQUIRE, TO_BE_TOLD, TO_GET, TO_PUT, TO_JOIN = range(5)
ALL, ALL_OR_FAILURE, ANY = range(3)
#: Functions of the library that wait at their `self`, by their code: what for. `FOR_SOME` waits for
#: futures, as `asyncio.wait` does.
waits_in = {}
FOR_SOME = -1
#: What is known of locks and the like that are alive, by their place in memory.
met = {}
#: The classes with their kinds, those first that are of two; and those that consist of others.
sync_kinds, wholes = (), ()
#: How often a name is looked for where the line that made a thing does not say one.
TRIES = 4
#: Whether there is one that others than who holds it may be waited for at: no lock, and no semaphore.
at_hand = False
#: Of an object with more attributes than that nothing is looked at.
MOST_ATTRIBUTES = 64
#: Stands for what was not there.
NEVER = object()
#: Where the last thing was made, and how many of its class were made there in a row.
made_last, made_in_a_row = None, {}
#: The lines of files that were looked into for a name, and what was found there.
file_lines, named_lines = {}, {}
#: By what name a thing was found where it was used, by the code and instruction there; or how often in
#: vain.
uses = {}
#: After that many times in vain it is not looked for in that place.
IN_VAIN = 8


class Thing(weakref.ref):
    """What is known of a lock, a queue or the like; or of a server or a transport."""

    # Its number, 0 where the library has it for itself, below 0 that of the whole that it is a part
    # of. How often a name is still looked for; None: it was not told of.
    __slots__ = ("key", "number", "tries")


def forget_met(ref):
    if met.get(ref.key) is ref:
        del met[ref.key]


def tells_of(cls, attributes):
    """Puts in a place what tells of a class's attributes when they are set: functions by their names.
    They are read as before, which an attribute of the class's own would make slow."""
    plain = cls.__setattr__

    def __setattr__(thing, name, value):
        tells = attributes.get(name)
        if tells is None:
            plain(thing, name, value)
            return
        try:
            before = attribute(thing, name)
        except AttributeError:
            before = NEVER
        plain(thing, name, value)
        if on:
            try:
                tells(thing, value, before)
            except Exception:
                mistake()

    replace(cls, "__setattr__", __setattr__, True)


def new_sync(thing):
    known = met[id(thing)] = Thing(thing, forget_met)
    known.key, known.number, known.tries = id(thing), object_numbers(), None
    return known


def begins(thing, kind, size, frame):
    """A thing exists; `frame` is that of the constructor which has just set what it is told by."""
    known = met.get(id(thing))
    if known is not None and known.tries is not None:
        # A condition of which its lock has told.
        return
    whole, frame = whole_of(thing, frame)
    known = known or new_sync(thing)
    known.tries = 0
    if frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "asyncio":
        # The library has it for itself.
        known.number = 0
        return
    owner = 0
    if whole is not thing:
        outer = met.get(id(whole)) or new_sync(whole)
        if sync_kind(whole) != CONDITION:
            known.number = -outer.number
            return
        if outer.tries is None:
            outer.tries = 0
            tell_sync(whole, outer, CONDITION, 0, 0, frame)
        owner = outer.number
    tell_sync(thing, known, kind, size, owner, None if owner else frame)


def whole_of(thing, frame):
    """The thing whose part this one is, if it is one, and the frame that has made that."""
    while frame is not None and frame.f_code.co_name == "__init__":
        names = frame.f_code.co_varnames
        own = frame.f_locals.get(names[0]) if names else None
        if own is not thing:
            module = frame.f_globals.get("__name__")
            if not (isinstance(own, wholes) and module in ("asyncio.locks", "asyncio.queues")):
                break
            thing = own
        frame = frame.f_back
    return thing, frame


def sync_kind(thing):
    return next((kind for cls, kind in sync_kinds if isinstance(thing, cls)), LOCK)


def tell_sync(thing, known, kind, size, owner, frame):
    """That a thing exists; its name stands in the line of a frame, or is looked for later."""
    global at_hand
    name = ""
    at_hand = at_hand or kind not in (LOCK, SEMAPHORE, BOUNDED)
    if frame is not None:
        name = name_in_line(frame, type(thing).__name__)
        known.tries = 0 if name else TRIES
    number, by, _ = at_work()
    if type(size) is not int or not 0 <= size < 1 << 32:
        size = 0
    tell_at(line_at(3), "sync-new", number,
            (known.number, kind, name_id(name), size, owner, by))


def at_work():
    """The loop that runs here, who does something there, and the task that runs."""
    state = getattr(running_loop(), "_loopscope", None)
    if state is None:
        return 0, OUTSIDE, 0
    return state.number, state.by, state.task.number if state.task is not None else 0


def met_now(thing):
    """What is known of a thing. One that was made before somebody came is told of with its state."""
    known = met.get(id(thing))
    if known is not None and known.tries is not None:
        return known
    known = known or new_sync(thing)
    kind, values = sync_kind(thing), thing.__dict__
    size = values.get("_bound_value", values.get("_value", 0)) if kind in (SEMAPHORE, BOUNDED) else (
        values.get("_maxsize", values.get("_parties", 0)))
    tell_sync(thing, known, kind, size, 0, None)
    known.tries = TRIES
    how, count, left = None, 0, 0
    if kind == LOCK and values.get("_locked"):
        how, count = TAKE, 1
    elif kind == EVENT and values.get("_value"):
        how, count = SET, 1
    elif kind == BARRIER and values.get("_count"):
        how, count = ARRIVE, values["_count"]
    elif kind == BOUNDED and values["_value"] != size:
        how, count = TAKE, values["_value"]
    elif kind >= QUEUE and values.get("_unfinished_tasks"):
        how, count, left = PUT, len(thing._queue), values["_unfinished_tasks"]
    if how is not None:
        tell_at((), "sync-state", at_work()[0], (known.number, how, 0, count, left))
    return known


def changed(thing, how, count, left=0):
    """The task that runs has changed a thing."""
    known = met_now(thing)
    if known.number <= 0:
        return
    line = line_at(3)
    if line and known.tries:
        find_name(thing, known, sys._getframe(3))
    number, _, task = at_work()
    tell_at(line, "sync-state", number, (known.number, how, task, count, left))


def tell_at_hand(known, state, coro, line):
    """What a new task may use: its coroutine's arguments, what belongs to the object whose method it is,
    and the global variables that its code names."""
    frame = getattr(coro, "cr_frame", None)
    if frame is None:
        return
    local = frame.f_locals
    places = set(map(id, local.values()))
    try:
        own = object.__getattribute__(local["self"], "__dict__")
    except (AttributeError, KeyError, TypeError):
        own = ()
    if 0 < len(own) <= MOST_ATTRIBUTES:
        places.update(map(id, list(own.values())))
    places.update(map(id, map(frame.f_globals.get, frame.f_code.co_names)))
    found = set()
    for place in met.keys() & places:
        thing = met.get(place)
        if (thing is not None and thing.tries is not None and thing.number > 0
                and thing() is not None):
            found.add(thing.number)
    for number in sorted(found):
        put(line + (78, state.number, clock(), number, known.number))
        if look:
            passed(78)


def frame_in(coro, code=None):
    """Of the frames of a suspended coroutine the one of this code, or else the innermost."""
    frame = None
    for _ in range(DEEPEST):
        kind = type(coro)
        if kind is COROUTINE:
            found, coro = coro.cr_frame, coro.cr_await
        elif kind is GENERATOR:
            found, coro = coro.gi_frame, coro.gi_yieldfrom
        else:
            break
        if found is None:
            break
        frame = found
        if frame.f_code is code:
            break
    return frame


def tell_wait(task, known, state, code, future):
    """A task is about to be suspended in a function of the library that waits at something."""
    frame = frame_in(task.get_coro(), code)
    if frame is None or frame.f_code is not code:
        return
    how, local = waits_in[id(code)], frame.f_locals
    if how == FOR_SOME:
        when = {"FIRST_COMPLETED": ANY, "FIRST_EXCEPTION": ALL_OR_FAILURE}.get(
            local.get("return_when"), ALL)
        tell_links(state, future, local.get("fs") or (), when)
        return
    thing = local.get("self")
    number = met_now(thing).number
    if number < 0:
        # A queue's event says that all is done; what a barrier is made of only waits.
        how, number = TO_JOIN if sync_kind(thing) == EVENT else TO_BE_TOLD, -number
    if number:
        put((77, state.number, clock(), number, how, known.number, future))
        if look:
            passed(77)


def tell_links(state, future, needed, how=ALL):
    """What a future needs of what is not done, in the order in which it was made."""
    if how != ALL:
        put((73, state.number, clock(), future, how))
        if look:
            passed(73)
    found = [awaited(each, state) for each in needed if not each.done()]
    for kind, number in sorted(found):
        if kind:
            put((37, state.number, clock(), future, kind, number))
            if look:
                passed(37)


def name_in_line(frame, word):
    """What the line that makes a thing calls it; empty where it does not say."""
    global made_last
    code, line = frame.f_code, frame.f_lineno or 0
    here = id(code), line, id(frame)
    if here != made_last:
        made_last = here
        made_in_a_row.clear()
    nth = made_in_a_row[word] = made_in_a_row.get(word, -1) + 1
    key = code.co_filename, line, word
    named = named_lines.get(key)
    if named is None:
        if len(named_lines) >= KEPT:
            named_lines.clear()
        named = named_lines[key] = target_of(code, line, word)
    target, is_list = named
    if not target or nth and not is_list:
        return ""
    if target.startswith("self.") and "self" in frame.f_locals:
        target = type(frame.f_locals["self"]).__name__ + target[4:]
    return "%s[%d]" % (target, nth) if is_list else target


def target_of(code, line, word):
    """What a line assigns a call of `word` to, and whether that makes a list of them; empty where it
    does not."""
    lines = file_lines.get(code.co_filename)
    if lines is None:
        if len(file_lines) >= 64:
            file_lines.clear()
        try:
            with io.open(code.co_filename, encoding="utf-8", errors="replace") as file:
                lines = file.read(1 << 22).splitlines()
        except (OSError, ValueError):
            lines = []
        file_lines[code.co_filename] = lines
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    target, _, value = text.partition("=")
    target, value = target.partition(":")[0].strip(), value.strip()
    if not all(part.isidentifier() for part in target.split(".")):
        return "", False
    is_list = value.startswith("[")
    made = value.lstrip("[ ").partition("(")[0].partition("[")[0]
    parts = made.split(".")
    if parts[-1] != word or not all(part.isidentifier() for part in parts):
        return "", False
    return target, is_list


def find_name(thing, known, frame):
    """What the program's frame that uses a thing calls it."""
    known.tries -= 1
    while frame is not None and (roles.get(id(frame.f_code)) or role_of(frame.f_code))[0] != MINE:
        frame = frame.f_back
    if frame is None:
        return
    spot = id(frame.f_code), frame.f_lasti
    way = uses.get(spot, 0)
    if way == IN_VAIN:
        return
    local = frame.f_locals
    own = local.get("self")
    if type(way) is tuple and is_at(way, thing, local, own, frame):
        found = way
    else:
        attributes = getattr(own, "__dict__", {})
        places = local, attributes, frame.f_globals
        found = next(((place, name) for place, names in
                      ((LOCAL, list(local)), (OWN, list(attributes)), (GLOBAL, frame.f_code.co_names))
                      for name in names if places[place].get(name) is thing), None)
        if len(uses) >= KEPT:
            uses.clear()
        if found is not None:
            uses[spot] = found
        elif type(way) is int:
            uses[spot] = way + 1
    if found is None:
        return
    place, name = found
    if place == OWN:
        name = "%s.%s" % (type(own).__name__, name)
    known.tries = 0
    tell_at((), "sync-name", at_work()[0], (known.number, name_id(name)))


def is_at(way, thing, local, own, frame):
    """Whether a thing is where one like it was found before."""
    place, name = way
    if place == OWN:
        try:
            return attribute(own, name) is thing
        except AttributeError:
            return False
    return (local if place == LOCAL else frame.f_globals).get(name) is thing


#: What an object has. To ask for its `__dict__` would make that, and the object slower for good.
attribute = object.__getattribute__

#: Where a thing was found: among a frame's variables, its object's attributes, or global names.
LOCAL, OWN, GLOBAL = range(3)


def watch_syncs(wrap):
    """The attributes of the library's classes that tell what becomes of locks, queues and the like."""
    global sync_kinds, wholes
    from asyncio import locks, queues, tasks
    barriers = getattr(locks, "Barrier", None)
    sync_kinds = ((locks.Lock, LOCK), (locks.BoundedSemaphore, BOUNDED), (locks.Semaphore, SEMAPHORE),
                  (locks.Event, EVENT), (locks.Condition, CONDITION),
                  (queues.PriorityQueue, PRIORITY_QUEUE), (queues.LifoQueue, LIFO_QUEUE),
                  (queues.Queue, QUEUE))
    wholes = (locks.Condition, queues.Queue)
    if barriers is not None:
        sync_kinds += ((barriers, BARRIER),)
        wholes += (barriers,)

    def tells(cls, name):
        def decorate(function):
            told.setdefault(cls, {})[name] = function
        return decorate

    told = {}

    @tells(locks.Lock, "_locked")
    def _(lock, locked, before):
        if before is NEVER:
            begins(lock, LOCK, 0, sys._getframe(2))
        elif bool(locked) is not bool(before):
            changed(lock, TAKE if locked else GIVE, int(bool(locked)))

    @tells(locks.Semaphore, "_value")
    def _(semaphore, value, before):
        if before is NEVER:
            kind = BOUNDED if isinstance(semaphore, locks.BoundedSemaphore) else SEMAPHORE
            begins(semaphore, kind, value, sys._getframe(2))
        elif value > before:
            changed(semaphore, GIVE, value)
        else:
            hands = sys._getframe(2).f_code.co_name == "_wake_up_next"
            changed(semaphore, HAND_OVER if hands else TAKE, value)

    @tells(locks.Event, "_value")
    def _(event, value, before):
        if before is NEVER:
            begins(event, EVENT, 0, sys._getframe(2))
        elif bool(value) is not bool(before):
            changed(event, SET if value else CLEAR, int(bool(value)))

    @tells(locks.Condition, "_waiters")
    def _(condition, waiters, before):
        if before is NEVER:
            begins(condition, CONDITION, 0, sys._getframe(2))

    @tells(barriers, "_count")
    def _(barrier, count, before):
        if before is NEVER:
            begins(barrier, BARRIER, barrier._parties, sys._getframe(2))
        elif count != before:
            changed(barrier, ARRIVE if count > before else LEAVE, count)

    def queue_changed(queue, how):
        try:
            size = len(queue._queue)
        except Exception:
            # A queue of the program's own keeps its items elsewhere.
            size = 0
        changed(queue, how, size, queue._unfinished_tasks)

    @tells(queues.Queue, "_unfinished_tasks")
    def _(queue, unfinished, before):
        if before is NEVER:
            begins(queue, sync_kind(queue), queue._maxsize, sys._getframe(2))
        else:
            queue_changed(queue, PUT if unfinished > before else DONE_WITH)

    @tells(queues.Queue if hasattr(queues.Queue, "shutdown") else None, "_is_shutdown")
    def _(queue, is_shut, before):
        if is_shut and before is not NEVER and not before:
            queue_changed(queue, SHUT_DOWN)

    @wrap(queues.Queue, "_wakeup_next", True)
    def _(method):
        def wrapper(self, waiters):
            # It is called behind each item that was taken out, for whoever waits for the room.
            if on and waiters is self._putters:
                try:
                    if sys._getframe(1).f_code.co_name == "get_nowait":
                        queue_changed(self, GET)
                except Exception:
                    mistake()
            return method(self, waiters)
        return wrapper

    groups = getattr(sys.modules.get("asyncio.taskgroups"), "TaskGroup", None)

    @tells(groups, "_on_completed_fut")
    def _(group, future, before):
        known = None if future is None else alive.get(id(future))
        if known is not None:
            tell_links(future.get_loop()._loopscope, known.number, group._tasks)

    @tells(getattr(sys.modules.get("asyncio.timeouts"), "Timeout", None), "_timeout_handler")
    def _(timeout, handle, before):
        known = None if handle is None else alive.get(id(timeout._task))
        if known is not None and type(handle._loopscope) is int and handle._loopscope:
            tell_at((), "task-timeout", handle._loop._loopscope.number,
                    (known.number, handle._loopscope))

    for cls, attributes in told.items():
        if cls is not None:
            tells_of(cls, attributes)
    for method, how in ((locks.Lock.acquire, TO_ACQUIRE), (locks.Semaphore.acquire, TO_ACQUIRE),
                        (locks.Event.wait, TO_BE_TOLD), (locks.Condition.wait, TO_BE_TOLD),
                        (queues.Queue.get, TO_GET), (queues.Queue.put, TO_PUT),
                        (tasks._wait, FOR_SOME)):
        waits_in[id(method.__code__)] = how


# ---- servers and transports ------------------------------------------------------------------------

TCP, UNIX_SOCKET, TLS, UDP, PIPE, PROCESS = range(6)
BY_CLOSE, BY_EOF, BY_ABORT, BY_ERROR = range(4)
#: What is known of servers and transports that are alive, by their place in memory.
ends = {}


def forget_end(ref):
    if ends.get(ref.key) is ref:
        del ends[ref.key]


def new_end(thing):
    known = ends[id(thing)] = Thing(thing, forget_end)
    known.key, known.number, known.tries = id(thing), object_numbers(), 0
    return known.number


def end_of(thing):
    """A server's or a transport's number; 0: it was not told of."""
    known = ends.get(id(thing))
    return 0 if known is None else known.number


def address_of(address):
    """`127.0.0.1:80`, `[::1]:80`, a Unix socket's path; empty where it has none."""
    if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], str):
        return ("[%s]:%s" if ":" in address[0] else "%s:%s") % address[:2]
    if isinstance(address, bytes):
        return "@" + address.lstrip(b"\0").decode("utf-8", "replace") if address else ""
    return address if isinstance(address, str) else ""


def own_address(sock):
    try:
        return address_of(sock.getsockname())
    except (OSError, AttributeError):
        return ""


def is_unix(sock):
    return getattr(sock, "family", None) == getattr(_socket, "AF_UNIX", -1)


def loop_number(thing):
    """That of a thing's loop; None: nothing is told of that one."""
    return getattr(getattr(getattr(thing, "_loop", None), "_loopscope", None), "number", None)


def server_serves(server):
    number, sockets = loop_number(server), list(server._sockets or ())
    if number is None or end_of(server):
        return
    how = TLS if server._ssl_context else UNIX_SOCKET if any(map(is_unix, sockets)) else TCP
    addresses = [own_address(sock) for sock in sockets]
    known, whole = new_end(server), ", ".join(addresses)
    entry = line_at(3)
    tell_at(entry, "server-new", number, (known, how, int(bool(whole))), whole)
    for sock, address in zip(sockets, addresses):
        tell_at(entry, "server-listen", number, (known, sock.fileno(), int(bool(address))), address)


def transport_begins(transport):
    """A transport has all that is told of it, and has not read yet."""
    number, sock = loop_number(transport), transport._sock
    if number is None or sock is None:
        return
    transports, sslproto = (sys.modules["asyncio." + name] for name in ("transports", "sslproto"))
    if isinstance(transport._protocol, sslproto.SSLProtocol):
        how = TLS
    elif is_unix(sock):
        how = UNIX_SOCKET
    else:
        how = UDP if isinstance(transport, transports.DatagramTransport) else TCP
    address, own = (address_of(transport._extra.get(name)) for name in ("peername", "sockname"))
    tell_at(line_at(3), "transport-new", number,
            (new_end(transport), how, transport._sock_fd, int(bool(address)), 2 * bool(own),
             end_of(transport._server), 0), address, own)


def pipe_begins(transport):
    """The same of one end of a pipe; what cannot be watched is refused by its constructor next."""
    number, protocol = loop_number(transport), transport._protocol
    mode = os.fstat(transport._fileno).st_mode
    if number is None or not any(is_one(mode) for is_one in (stat.S_ISFIFO, stat.S_ISSOCK,
                                                            stat.S_ISCHR)):
        return
    how, address, process = PIPE, "", 0
    if isinstance(protocol, sys.modules["asyncio.base_subprocess"].WriteSubprocessPipeProto):
        how, address = PROCESS, ("stdin", "stdout", "stderr")[protocol.fd]
        process = getattr(protocol.proc, "_loopscope", 0)
    tell_at(line_at(3), "transport-new", number,
            (new_end(transport), how, transport._fileno, int(bool(address)), 0, 0, process), address)


def below(transport):
    """The number of a transport, or of the one that carries its TLS; 0: it was not told of."""
    protocol = getattr(transport, "_ssl_protocol", None)
    return end_of(transport if protocol is None else protocol._transport)


def cause_of(frame):
    """By what a transport closes: which of its methods has set the attribute."""
    name = frame.f_code.co_name
    if name in ("_force_close", "_close"):
        error = frame.f_locals.get("exc")
        if error is not None:
            return BY_ERROR, one_line(error)
        caller = frame.f_back.f_code.co_name if frame.f_back is not None else ""
        # A pipe that the other end has closed.
        return BY_EOF if caller == "_read_ready" else BY_CLOSE if caller == "close" else BY_ABORT, ""
    for _ in range(4):
        if frame is None:
            break
        if frame.f_code.co_name in ("_read_ready", "_read_ready__on_eof", "_eof_received"):
            return BY_EOF, ""
        if frame.f_code.co_name != "close":
            break
        frame = frame.f_back
    return BY_CLOSE, ""


def watch_ends():
    """The attributes of the library's servers and transports that tell what becomes of them."""
    from asyncio import base_events, selector_events, sslproto, streams, transports, unix_events
    pipes = reads, writes = unix_events._UnixReadPipeTransport, unix_events._UnixWritePipeTransport
    transport, server = selector_events._SelectorTransport, base_events.Server
    flow = transports._FlowControlMixin

    def known_end(tells):
        """For a thing that was told of: with the numbers of its loop and its own."""
        def told(thing, value, before):
            number, known = loop_number(thing), end_of(thing)
            if known and number is not None:
                tells(thing, value, before, number, known)
        return told

    def serves(server, serving, before):
        if serving and not before:
            server_serves(server)

    @known_end
    def sockets_change(server, sockets, before, number, known):
        if sockets is None and before is not None:
            clients = getattr(server, "_clients", None)
            count = len(clients) if clients is not None else server._active_count
            tell_at(line_at(3), "server-close", number, (known, count))

    @known_end
    def waiters_change(server, waiters, before, number, known):
        if waiters is None and before is not None:
            tell_at((), "server-closed", number, (known,))

    def closes(transport, closing, before):
        if before is NEVER:
            (pipe_begins if isinstance(transport, pipes) else transport_begins)(transport)
        elif closing and not before and end_of(transport):
            how, error = cause_of(sys._getframe(2))
            tell_at(line_at(2), "transport-close", loop_number(transport) or 0,
                    (end_of(transport), how, int(bool(error))), error)

    @known_end
    def sock_changes(transport, sock, before, number, known):
        if sock is None:
            tell("transport-closed", number, (known,))

    @known_end
    def reading_pauses(transport, paused, before, number, known):
        if before is not NEVER and bool(paused) is not bool(before):
            tell_at(line_at(3), *(
                ("transport-pause", number, (known, 0, 0)) if paused else
                ("transport-resume", number, (known, 0))))

    @known_end
    def writing_pauses(transport, paused, before, number, known):
        if bool(paused) is not bool(before):
            tell_at(line_at(3), *(
                ("transport-pause", number, (known, 1, transport.get_write_buffer_size()))
                if paused else ("transport-resume", number, (known, 1))))

    tells_of(server, {"_serving": serves, "_sockets": sockets_change, "_waiters": waiters_change})
    tells_of(flow, {"_protocol_paused": writing_pauses})
    tells_of(transport, {"_closing": closes, "_sock": sock_changes, "_paused": reading_pauses,
                         "_protocol_paused": writing_pauses})
    tells_of(reads, {"_closing": closes, "_pipe": sock_changes, "_paused": reading_pauses})
    tells_of(writes, {"_closing": closes, "_pipe": sock_changes, "_protocol_paused": writing_pauses})

    def stream_opens(protocol, transport, before):
        if transport is None:
            return
        number, state = below(transport), getattr(protocol._loop, "_loopscope", None)
        known = known_of(protocol._closed)
        if number and state is not None and type(known) is Future and before in (None, NEVER):
            tell_outside(state, known.number, 0, number, line=line_at(2))

    tells_of(streams.StreamReaderProtocol, {"_transport": stream_opens})

    def agreed(protocol, state, before):
        names = [getattr(each, "name", None) for each in (state, before)]
        raw = getattr(protocol, "_transport", None)
        if names == ["WRAPPED", "DO_HANDSHAKE"] and end_of(raw):
            ssl_object = protocol._sslobj
            cipher = ssl_object.cipher()
            text = ", ".join(str(part) for part in (ssl_object.version(), cipher and cipher[0])
                             if part)
            tell_at((), "transport-tls", loop_number(raw) or 0, (end_of(raw), int(bool(text))), text)

    if hasattr(sslproto, "SSLProtocolState"):
        # Since 3.11.
        tells_of(sslproto.SSLProtocol, {"_state": agreed})


def tell_ends(loop):
    """Servers and transports that there are already."""
    for key in list(loop._selector.get_map().values()):
        handle = key.data[0]
        for each in getattr(handle, "_args", None) or ():
            if type(each).__name__ == "Server" and hasattr(each, "_serving"):
                server_serves(each)
    for transport in list(loop._transports.values()):
        if getattr(transport, "_sock", None) is not None:
            transport_begins(transport)
    from asyncio import unix_events
    pipes = unix_events._UnixReadPipeTransport, unix_events._UnixWritePipeTransport
    for key in list(loop._selector.get_map().values()):
        for handle in key.data:
            transport = getattr(getattr(handle, "_callback", None), "__self__", None)
            if isinstance(transport, pipes) and not end_of(transport):
                pipe_begins(transport)


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

    __slots__ = ("number", "TURN", "RUN", "STEP_RUN", "DONE", "SOON_NEW", "YIELD", "YIELD_AGAIN",
                 "POLL_TURN", "POLL_ONE", "WAKE", "WAIT", "NEW", "READY", "WAKE_WAITER", "loop", "by",
                 "task", "turn", "phase", "made", "made_for", "how", "run", "owner", "pipe", "inherited",
                 "simple", "plain", "yielded", "stand", "eagers", "calls", "steps", "wakes")

    def set_quick(self):
        """Puts it where `call_soon` and the like find it, if they may tell the short way."""
        loop = self.loop()
        try:
            if loop is not None:
                loop._loopscope_quick = self if quick and self.plain else None
        except AttributeError:
            # A loop of another make that takes no attributes.
            pass


states = {}
#: What threads are about to make that are no ordinary handles: by thread, what and for whom.
marks = {}
#: Jobs of executors, by the futures that wait for them.
jobs = {}

#: A turn has polled, its batch runs, or it has ended. Or it polls since before we came. Or it has
#: polled and found nothing, which is told with what comes next.
POLLED, BEGUN, ENDED, ASLEEP, UNTOLD = range(5)
#: How many loops are in a poll, or in a handle, since before we came.
asleep = unfinished = 0
#: Our subclasses, and what each does otherwise than the class that it stands for.
our_kinds = {}
#: Methods of the library's that a loop has to have for its `call_soon` to be done by ours.
simple = {}


def adopt(loop):
    """A loop that is seen for the first time."""
    state = new_state(loop)
    tell("loop-new", state.number, ())
    return state


def new_state(loop):
    state = State()
    state.number = loop_numbers()
    upper = state.number << 8
    # Made once, since a number that is not small is an object of its own each time.
    state.TURN, state.RUN, state.STEP_RUN = TURN + upper, RUN + upper, STEP_RUN + upper
    state.DONE, state.SOON_NEW, state.POLL_TURN = DONE + upper, SOON_NEW + upper, POLL_TURN + upper
    state.YIELD, state.YIELD_AGAIN, state.WAKE = YIELD + upper, YIELD_AGAIN + upper, WAKE + upper
    state.WAIT, state.NEW, state.POLL_ONE = WAIT + upper, NEW + upper, POLL_ONE + upper
    state.READY, state.WAKE_WAITER = READY + upper, WAKE_WAITER + upper
    # Of functions that are called, and of coroutines that are stepped and woken: what tells of a new
    # handle for one, by the place of its code in memory.
    state.calls, state.steps, state.wakes = {}, {}, {}
    state.loop = weakref.ref(loop)
    state.by = RUNNING
    state.task = state.pipe = state.run = state.inherited = state.made = None
    state.phase = ENDED
    state.turn = state.how = state.owner = state.made_for = 0
    # Where a task stands whose step is about to end, because it gives the others a turn; -1: as told.
    state.yielded, state.stand = False, 0
    # First steps that are being taken: (what is known of the task, what ran before, the task, its
    # coroutine).
    state.eagers = []
    kind = type(loop)
    state.simple = all(getattr(kind, name, None) is method for name, method in simple.items())
    state.plain = is_plain(loop, state)
    try:
        loop._loopscope = state
    except AttributeError:
        # A loop of another make that takes no attributes.
        pass
    state.set_quick()
    for number in [number for number, each in list(states.items()) if each.loop() is None]:
        states.pop(number, None)
    states[state.number] = state
    return state


def is_plain(loop, state):
    """Whether `call_soon` of a loop can be done by ours, which looks at nothing else then."""
    return state.simple and not loop.is_closed() and not loop.get_debug()


def tell_poll(loop, state, more=0):
    """A poll that has found nothing, where what comes next is no handle that runs. When it began there
    were more timers than there are."""
    state.phase = POLLED
    put((POLL + (state.number << 8), clock(), 0, BEGUN, len(loop._ready),
         len(loop._scheduled) + more))


def begin_turn(loop, state, ready):
    if state.phase == UNTOLD:
        tell_poll(loop, state)
    state.phase = BEGUN
    put((state.TURN, ready, len(loop._scheduled)))
    if look:
        passed(15)


def end_turn(loop, state, more=0):
    """The turn has ended: told when the next one begins, or when the loop stops."""
    if state.phase == POLLED or state.phase == UNTOLD:
        begin_turn(loop, state, 0)
    if state.phase == BEGUN:
        state.phase = ENDED
        put((16, state.number, clock(), len(loop._ready), len(loop._scheduled) + more))
        if look:
            passed(16)


#: The source of `Handle._run` of ours. It does what the library's does, which is cheaper than to call
#: that. What calls the program stands on the line where the library calls it, in the same place of it,
#: so that a traceback says what it would say without us.
RUN_IN_PLACE = """\
def made(in_library, run_slowly, handle_over, waits_for, step_over, failed):
    def _run(self):
        known = self._loopscope
        # From now on it cannot be cancelled. What is watched gets its number again when it is ready.
        self._loopscope = 0
        loop = self._loop
        try:
            state = loop._loopscope_quick
        except AttributeError:
            # A loop of another make.
            state = None
        if state is None:
            if on:
                run_slowly(self, known, in_library)
                return
            # Nobody is told that it runs.
            known = None
            if deaf:
                missed()
            in_library(self)
            return
        before = state.task
        if type(known) is Task:
            number = known.handle
            if state.phase == BEGUN:
                note(known.runs)
            elif state.phase == UNTOLD:
                state.phase = BEGUN
                put((state.POLL_TURN, len(loop._ready) + 1, len(loop._scheduled), known.runs))
            else:
                if state.phase == POLLED:
                    begin_turn(loop, state, len(loop._ready) + 1)
                note(known.runs)
            state.task = known
            if first_steps and known.number in first_steps:
                first_steps.pop(known.number)(loop)
        else:
            number, known = known, None
            if state.phase == UNTOLD:
                state.phase = BEGUN
                if loop._ready or loop._scheduled:
                    put((state.POLL_TURN, len(loop._ready) + 1, len(loop._scheduled), state.RUN,
                         number))
                else:
                    put((state.POLL_ONE, number))
            else:
                if state.phase == POLLED:
                    begin_turn(loop, state, len(loop._ready) + 1)
                put((state.RUN, number))
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            failed(self, error)
        finally:
            if known is None:
                if quick and not state.eagers:
                    put((state.DONE, clock()))
                elif on:
                    handle_over(state)
            elif on:
                made = state.made
                if made is not None and waits_for(known, state, made):
                    pass
                elif state.yielded and state.stand < 0:
                    state.yielded = False
                    put((state.YIELD_AGAIN, clock(), known.handle))
                else:
                    step_over(known, state)
            state.task = before
        # Breaks a cycle when there was an exception.
        self = None
    return _run
"""


#: The same where handles are all that is told.
RUN_HANDLE_IN_PLACE = """\
def made(in_library, run_slowly, handle_over, waits_for, step_over, failed):
    def _run(self):
        number = self._loopscope
        self._loopscope = 0
        loop = self._loop
        try:
            state = loop._loopscope_quick
        except AttributeError:
            # A loop of another make.
            state = None
        if state is None:
            if on:
                run_slowly(self, number, in_library)
                return
            number = None
            if deaf:
                missed()
            in_library(self)
            return
        phase = state.phase
        if phase is BEGUN:
            put((state.RUN, number))
        elif phase is UNTOLD:
            state.phase = BEGUN
            if loop._ready or loop._scheduled:
                put((state.POLL_TURN, len(loop._ready) + 1, len(loop._scheduled), state.RUN, number))
            else:
                put((state.POLL_ONE, number))
        else:
            if phase is POLLED:
                begin_turn(loop, state, len(loop._ready) + 1)
            put((state.RUN, number))
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            failed(self, error)
        finally:
            if quick:
                put((state.DONE, clock()))
            elif on:
                handle_over(state)
        self = None
    return _run
"""
#: Such methods, by those that they stand for.
tells_handles = {}


def run_in_place(source, in_library, running, *more):
    """Our `_run` for the library's. One that is not known is called."""
    code = in_library.__code__
    calls = code.co_names[:3] == ("_context", "run", "_callback")
    line = source[:source.index("self._context")].count("\n")
    before = code.co_firstlineno + 1 - line
    if not calls or before < 0:
        return running(in_library)
    space = {}
    exec(compile("\n" * before + source, code.co_filename, "exec"), globals(), space)
    return space["made"](in_library, *more)


def install():
    """Puts the subclasses and wrappers in their places."""
    global may_be_eager, running_loop, current_task
    global TASKS, FUTURES, PlainFuture, cancelling, sleep_code, sleep0_code, suspending
    import asyncio
    import contextvars
    import opcode
    import selectors
    from asyncio import base_events, base_subprocess, events, format_helpers, futures, locks, queues
    from asyncio import selector_events, streams, tasks, unix_events

    TASKS = (tasks.Task, tasks._PyTask)
    FUTURES, PlainFuture = (futures.Future, futures._PyFuture), futures.Future
    cancelling = getattr(tasks.Task, "cancelling", None) and (lambda task: task.cancelling())

    may_be_eager = hasattr(tasks, "eager_task_factory")
    running_loop, current_task = events._get_running_loop, tasks.current_task

    suspending = {opcode.opmap[name] for name in ("YIELD_VALUE", "YIELD_FROM") if name in opcode.opmap}
    sleep_code = tasks.sleep.__code__
    # Until 3.8.0 and for who took it away there is none.
    sleep0_code = getattr(getattr(tasks, "__sleep0", None), "__code__", None)

    PlainHandle, PlainTimer = events.Handle, events.TimerHandle
    handle_init, handle_run = PlainHandle.__init__, PlainHandle._run
    handle_cancel, timer_cancel = PlainHandle.cancel, PlainTimer.cancel
    timer_init = PlainTimer.__init__
    run_once_code = base_events.BaseEventLoop._run_once.__code__
    for name in ("_call_soon", "_check_closed", "get_debug"):
        simple[name] = getattr(base_events.BaseEventLoop, name, None)
    copy_context = contextvars.copy_context
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
            self._loopscope = 0
            if on:
                note_new(self, callback, args, loop, context)

        def cancel(self):
            if on and not self._cancelled:
                note_cancel(self)
            handle_cancel(self)

    def running(inner):
        """`_run` around one that was there."""
        def _run(self):
            number = self._loopscope
            # From now on it cannot be cancelled. What is watched gets its number again when it is ready.
            self._loopscope = 0
            if on:
                run_slowly(self, number, inner)
            else:
                # Nobody is told that it runs.
                number = None
                if deaf:
                    missed()
                inner(self)
        return _run

    def handle_over(state):
        """That a handle which steps no task is done."""
        if state.eagers:
            leave_eagers(state)
        put((state.DONE, clock()))
        if look:
            passed(27)

    def waits_for(known, state, made):
        """Tells that a step has ended because its task waits for a future which it has made, and that its
        handle is done; whether it is so."""
        try:
            task = known()
            if task._fut_waiter is not made or state.task is not known:
                return False
            stand = stand_of(known, task.get_coro())
            if stand[6]:
                return False
            state.made = state.task = None
            known.wait = place = id(made)
            known.wait_number = number = future_numbers()
            waits[place] = known
            if state.made_for:
                # The transport that has to bring something.
                put((state.WAIT + ((state.made_for & 0x7fffffff) << 32), clock(), number, stand[1]))
            else:
                put((state.WAIT, clock(), number, stand[1]))
            return True
        except Exception:
            mistake()
            return False

    def step_over(known, state):
        """What a step has come to, and that its handle is done."""
        if state.eagers:
            leave_eagers(state)
        if state.yielded:
            state.yielded = False
            if state.stand < 0:
                put((state.YIELD_AGAIN, clock(), known.handle))
            else:
                put((state.YIELD, clock(), known.handle, state.stand))
            return
        if state.task is known:
            step_ended(known, state)
        put((state.DONE, clock()))
        if look:
            passed(27)

    shows_debug = "debug" in format_helpers._format_callback_source.__code__.co_varnames

    def failed(handle, error):
        """What the library does when a callback has raised."""
        options = {"debug": handle._loop.get_debug()} if shows_debug else {}
        callback = format_helpers._format_callback_source(handle._callback, handle._args, **options)
        context = {"message": "Exception in callback %s" % callback, "exception": error,
                   "handle": handle}
        if handle._source_traceback:
            context["source_traceback"] = handle._source_traceback
        handle._loop.call_exception_handler(context)

    def run_slowly(handle, number, inner):
        """The same where each record may be one to hold at."""
        state = state_of(handle._loop)
        if state.inherited:
            finish_inherited(state)
        if state.phase == POLLED or state.phase == UNTOLD:
            begin_turn(handle._loop, state, len(handle._loop._ready) + 1)
        known, task, loop = None, 0, state.number
        if type(number) is Task:
            known = number
            number, task = known.handle, known.number
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
            if on:
                if state.yielded:
                    # Nobody was to be held meanwhile.
                    step_over(known, state)
                else:
                    if state.eagers:
                        leave_eagers(state)
                    if known is not None and state.task is known:
                        step_ended(known, state)
                    put((27, loop, clock(), number, task))
                    if look:
                        passed(27)
            state.task = before

    def finish_inherited(state):
        """The handle that ran when we came has run: told when something else shows it."""
        global unfinished
        (number, known), state.inherited = state.inherited, None
        unfinished -= 1
        if known is not None and state.task is known:
            step_ended(known, state)
        state.task = None
        put((27, state.number, clock(), number, 0 if known is None else known.number))
        if look:
            passed(27)
        update()

    def step_ended(known, state):
        """What became of a task's step, unless that was told meanwhile."""
        if state.made is not None:
            tell_made(state)
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

    uses = run_slowly, handle_over, waits_for, step_over, failed
    Handle._run = run_in_place(RUN_IN_PLACE, handle_run, running, *uses)
    tells_handles[Handle._run] = run_in_place(RUN_HANDLE_IN_PLACE, handle_run, running, *uses)

    def note_new(handle, callback, args, loop, context):
        try:
            note_handle(handle, callback, args, loop, context)
        except Exception:
            mistake()

    def site_without_line(state, callback, kind):
        """What tells of a new handle that will call this; 0 where that is not described yet."""
        if kind is FUNCTION:
            code, sites, how = callback.__code__, state.calls, SOON
        elif kind is Stepper:
            code, sites, how = callback.__self__.get_coro().cr_code, state.steps, STEP
        elif kind is BUILTIN and callback.__name__ == "task_wakeup":
            code, sites, how = callback.__self__.get_coro().cr_code, state.wakes, WAKEUP
        else:
            return 0
        known = described.get(id(code))
        if known is None:
            return 0
        site = next(site_ids)
        put((SITE, site, how) + known[:3] + (0,))
        sites[id(code)] = told = state.NEW + ((site & 0x7fffffff) << 32)
        return told

    def note_handle(handle, callback, args, loop, context):
        state = state_of(loop)
        if may_be_eager:
            look_for_eager()
        line = line_at(1)
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
            if step and handles_only:
                known = coroutine_place(task.get_coro())
                handle._loopscope = number = handle_numbers()
                put((21, state.number, clock(), number, step, known[0], known[1], known[2], by, 0, 0))
                if look:
                    passed(21)
                return
            if step:
                note_step(handle, task, step, args, state, line)
                return
            if how == READER and getattr(callback, "__func__", None) is read_self:
                # The self-pipe: it is told when it first matters.
                state.pipe = handle
                return
            known = callable_place(callback)
        if args and not handles_only:
            first = args[0]
            if callback is set_unless_cancelled:
                future = future_number(first, state)
            elif context is not None and len(args) == 1 and isinstance(first, FUTURES):
                done = known_of(first)
                if done is None and ended(first) is not None and not isinstance(first, TASKS):
                    done = new_future(first, state)
                if done is not None and ended(first) is not None:
                    tell_done(first, done, state, line)
                    how = DONE_CALLBACK
                    future = 0 if type(done) is Task else done.number
        handle._loopscope = number = handle_numbers()
        put(line + (21, state.number, clock(), number, how, known[0], known[1], known[2], by, 0,
                    future))
        if look:
            passed(21)

    def future_number(future, state):
        known = known_of(future)
        if known is None:
            known = new_future(future, state) if isinstance(future, FUTURES) else None
        return known.number if type(known) is Future else 0

    def note_step(handle, task, step, args, state, line):
        """A handle that will step a task. Before it stands what made it: a step's end, a future's."""
        known = alive.get(id(task))
        if known is None:
            known = new_task(task, state, None, line)
            if getattr(task.get_coro(), "cr_suspended", False):
                # An eager one, which has taken its first step without a handle.
                note_first_step(task, known, state)
        future = 0
        if state.task is known:
            # It queued itself in its own step, which has ended by now.
            line = ()
            tell_suspend(task, known, state, args[0] if step == WAKEUP and args else None)
        elif step == WAKEUP and args:
            tell_cancels(task, known, state)
        if step == WAKEUP and args:
            done = known_of(args[0])
            if done is None and isinstance(args[0], FUTURES):
                done = new_future(args[0], state) if not isinstance(args[0], TASKS) else None
            if done is not None:
                tell_done(args[0], done, state, line)
                if type(done) is Future:
                    future = done.number
        place = known.place
        known.handle = number = handle_numbers()
        handle._loopscope = known
        put(line + (21, state.number, clock(), number, step, place[0], place[1], place[2], state.by,
                    known.number, future))
        if look:
            passed(21)

    def note_cancel(handle):
        try:
            state = handle._loop._loopscope
            number = handle._loopscope
            if not number:
                return
            if type(number) is Task:
                number = number.handle
            line = line_at(1)
            if isinstance(handle, PlainTimer) and handle._scheduled:
                put(line + (24, state.number, clock(), number, bits(float(handle._when)), state.by))
                if look:
                    passed(24)
            else:
                put(line + (28, state.number, clock(), number, state.by))
                if look:
                    passed(28)
            # Whoever is cancelled is told when the batch comes to it.
            handle.__class__ = handle._loopscope_cancelled
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
                if state.phase == POLLED or state.phase == UNTOLD:
                    begin_turn(loop, state, len(loop._ready) + 1)
                handle._loopscope = 0
                number = number.handle if type(number) is Task else number
                tell("handle-skip", state.number, (number,))
        except Exception:
            mistake()

    scheduled_slot = PlainTimer.__dict__["_scheduled"]

    def set_scheduled(timer, value):
        if on and not value:
            try:
                if scheduled_slot.__get__(timer):
                    note_taken(timer)
            except AttributeError:
                pass
        scheduled_slot.__set__(timer, value)

    class Timer(PlainTimer, metaclass=Kind):
        __slots__ = ("_loopscope",)

        def __init__(self, when, callback, args, loop, context=None):
            self._loopscope = 0
            scheduled_slot.__set__(self, False)
            timer_init(self, when, callback, args, loop, context)
            if self._source_traceback:
                leave_us_out(self)
            if on:
                try:
                    note_timer(self, callback, args, loop)
                except Exception:
                    mistake()

        _scheduled = property(scheduled_slot.__get__, set_scheduled)
        _run = Handle._run

        def cancel(self):
            if on and not self._cancelled:
                note_cancel(self)
            timer_cancel(self)

    def note_timer(timer, callback, args, loop):
        state = state_of(loop)
        future = 0
        if callback is set_unless_cancelled and not handles_only:
            future = future_number(args[0], state)
        timer._loopscope = number = handle_numbers()
        place, line = callable_place(callback), line_at(1)
        put(line + (22, state.number, clock(), number, bits(float(timer._when)), place[0], place[1],
                    place[2], state.by, future, 0))
        if look:
            passed(22)

    def note_taken(timer):
        """A timer leaves the heap: it is due, or it was cancelled and is dropped."""
        try:
            state = timer._loop._loopscope
            local = frame_of(2).f_locals
            kind = 23 if "event_list" in local else 25
            # The first one has left the heap already; who cleans up makes a new heap later.
            more = int("new_scheduled" not in local)
            if state.phase == UNTOLD:
                tell_poll(timer._loop, state, more)
            if kind == 25:
                end_turn(timer._loop, state, more)
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

    looked_at = property(is_cancelled, cancelled_slot.__set__)

    class CancelledHandle(Handle):
        __slots__ = ()
        _cancelled = looked_at

    class CancelledTimer(Timer):
        __slots__ = ()
        _cancelled = looked_at

    # Those that were there before us take other classes of the same layout, so their numbers are
    # kept beside them.
    beside = {}

    def number_beside(handle):
        return beside.get(id(handle), 0)

    def set_beside(handle, value):
        if value:
            beside[id(handle)] = value
        else:
            beside.pop(id(handle), None)

    class FoundHandle(PlainHandle, metaclass=Kind):
        __slots__ = ()
        _loopscope = property(number_beside, set_beside)
        _run, cancel = Handle._run, Handle.cancel

    class FoundTimer(PlainTimer, metaclass=Kind):
        __slots__ = ()
        _loopscope = property(number_beside, set_beside)
        _scheduled = property(scheduled_slot.__get__, set_scheduled)
        _run, cancel = Handle._run, Timer.cancel

    class CancelledFoundHandle(FoundHandle):
        __slots__ = ()
        _cancelled = looked_at

    class CancelledFoundTimer(FoundTimer):
        __slots__ = ()
        _cancelled = looked_at

    for kind, cancelled in ((Handle, CancelledHandle), (Timer, CancelledTimer),
                            (FoundHandle, CancelledFoundHandle), (FoundTimer, CancelledFoundTimer)):
        kind._loopscope_cancelled = cancelled
    found_as = {PlainHandle: FoundHandle, PlainTimer: FoundTimer}

    def stands_for(ours, plain):
        """It is what it stands for, as far as anybody can see. What it does is put in place."""
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(ours, name, getattr(plain, name))
        for name in ("__init__", "_run", "cancel"):
            method = ours.__dict__.get(name)
            for method in (method, tells_handles.get(method)):
                if method is not None:
                    method.__qualname__ = "%s.%s" % (plain.__name__, name)
                    method.__module__ = plain.__module__
                    method.__wrapped__ = getattr(plain, name)
        does = {name: ours.__dict__[name] for name in (
            "__init__", "_run", "cancel", "_scheduled", "_cancelled") if name in ours.__dict__}
        our_kinds[ours] = does

    for ours in (Handle, FoundHandle, CancelledHandle, CancelledFoundHandle):
        stands_for(ours, PlainHandle)
    for ours in (Timer, FoundTimer, CancelledTimer, CancelledFoundTimer):
        stands_for(ours, PlainTimer)
    replace(events, "Handle", Handle)
    replace(events, "TimerHandle", Timer)
    Threadsafe = getattr(events, "_ThreadSafeHandle", None)

    # ---- the methods of loops ----

    Base, Selector = base_events.BaseEventLoop, selector_events.BaseSelectorEventLoop

    def wrap(owner, name, needs_all=False):
        """Puts what is made of a method in its place."""
        def decorate(make):
            method = owner.__dict__.get(name)
            if method is None:
                return
            wrapper = make(method)
            for ours in (wrapper, tells_handles.get(wrapper)):
                if ours is not None:
                    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
                        setattr(ours, attribute, getattr(method, attribute))
                    ours.__wrapped__ = method
            replace(owner, name, wrapper, needs_all)
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
                    note_new(self, callback, args, loop, context)

            _run = running(safe_run)

            def cancel(self):
                if on and not self._cancelled:
                    try:
                        state = self._loop._loopscope
                        tell("handle-cancel", state.number, (self._loopscope, state.by))
                    except Exception:
                        mistake()
                safe_cancel(self)

        class FoundSafe(Threadsafe, metaclass=Kind):
            __slots__ = ()
            _loopscope = property(number_beside, set_beside)
            _run, cancel = SafeHandle._run, SafeHandle.cancel

        found_as[Threadsafe] = FoundSafe
        stands_for(SafeHandle, Threadsafe)
        stands_for(FoundSafe, Threadsafe)
        replace(events, "_ThreadSafeHandle", SafeHandle)

    new_handle = object.__new__
    feeding = streams.StreamReaderProtocol.data_received.__code__

    @wrap(Base, "call_soon")
    def _(method):
        def wrapper(self, callback, *args, context=None):
            state = self._loopscope_quick
            if state is None:
                return method(self, callback, *args, context=context)
            # What happens most is told the short way. The rest is what the library does, without
            # the calls that it takes for that.
            handle = new_handle(Handle)
            handle._source_traceback = handle._repr = None
            handle._cancelled = False
            handle._loop = self
            handle._callback = callback
            handle._args = args
            handle._context = copy_context() if context is None else context
            try:
                kind = type(callback)
                if kind is Stepper:
                    known = state.task
                    if known is not None and not state.eagers:
                        task = callback.__self__
                        if known() is task:
                            # It gave the others a turn: told when its step has ended.
                            coro = task.get_coro()
                            if type(coro) is COROUTINE:
                                inner = coro.cr_await
                                if type(inner) is COROUTINE and inner.cr_code is sleep_code:
                                    at = coro.cr_frame.f_lasti
                                    if known.at == at:
                                        state.stand = -1
                                    else:
                                        known.at, state.stand = at, chain_of(coro)[1]
                                else:
                                    known.at, state.stand = -1, chain_of(coro)[1]
                                state.task = None
                                state.yielded = True
                                known.handle = handle_numbers()
                                handle._loopscope = known
                                self._ready.append(handle)
                                return handle
                elif kind is BUILTIN and args:
                    future = args[0]
                    known = waits.get(id(future))
                    if known is not None:
                        # What is made for a task to wait for it is done, without a value.
                        task = callback.__self__
                        if (known.key == id(task) and future._state == "FINISHED"
                                and future._result is None and future._exception is None
                                and (cancelling is None or task.cancelling() == known.cancels)):
                            del waits[known.wait]
                            known.wait = 0
                            known.handle = number = handle_numbers()
                            handle._loopscope = known
                            if (state.task is None and state.run is not None
                                    and frame_of(3).f_code is feeding):
                                # What a transport feeds to a reader has no line outside of that, and
                                # happens when the transport's handle has begun.
                                put((known.wakes, 0, number))
                            else:
                                put(line_at(1) + (known.wakes, clock(), number))
                            self._ready.append(handle)
                            return handle
                    elif type(future) is PlainFuture and future._state == "FINISHED":
                        task, done = callback.__self__, alive.get(id(future))
                        known = alive.get(id(task))
                        if (type(known) is Task and type(done) is Future and not done.done
                                and future._result is None and future._exception is None
                                and state.task is not known and callback.__name__ == "task_wakeup"
                                and (cancelling is None or task.cancelling() == known.cancels)):
                            # A future without a value that a task waits for.
                            done.done = True
                            known.handle = number = handle_numbers()
                            handle._loopscope = known
                            put(line_at(1) + (state.WAKE, clock(), number, known.number,
                                                        done.number))
                            self._ready.append(handle)
                            return handle
                elif kind is FUNCTION and context is None:
                    known = described.get(id(callback.__code__))
                    if known is not None and known[3] is callback.__qualname__:
                        frame = frame_of(1)
                        code = frame.f_code
                        spot = id(code) + frame.f_lasti
                        site = known[7].get(spot)
                        site = (site[1] if site is not None and site[0] is code
                                else site_of(frame, spot, known))
                        if site:
                            handle._loopscope = number = handle_numbers()
                            put((state.SOON_NEW, clock(), number, site))
                            self._ready.append(handle)
                            return handle
            except Exception:
                mistake()
            handle._loopscope = 0
            note_new(handle, callback, args, self, context)
            self._ready.append(handle)
            return handle

        def tells_handle(self, callback, *args, context=None):
            """The same where handles are all that is told."""
            state = self._loopscope_quick
            if state is None:
                return method(self, callback, *args, context=context)
            handle = new_handle(Handle)
            handle._source_traceback = handle._repr = None
            handle._cancelled = False
            handle._loop = self
            handle._callback = callback
            handle._args = args
            handle._context = copy_context() if context is None else context
            try:
                kind, site = type(callback), None
                if kind is Stepper:
                    site = state.steps.get(id(callback.__self__.get_coro().cr_code))
                elif kind is FUNCTION:
                    site = state.calls.get(id(callback.__code__))
                elif kind is BUILTIN and callback.__name__ == "task_wakeup":
                    site = state.wakes.get(id(callback.__self__.get_coro().cr_code))
                if site is None:
                    site = site_without_line(state, callback, kind)
                if site:
                    handle._loopscope = number = handle_numbers()
                    put((site, number))
                    self._ready.append(handle)
                    return handle
            except Exception:
                mistake()
            handle._loopscope = 0
            note_new(handle, callback, args, self, context)
            self._ready.append(handle)
            return handle
        tells_handles[wrapper] = tells_handle
        return wrapper

    # A loop that was not seen yet.
    replace(Base, "_loopscope", None)
    replace(Base, "_loopscope_quick", None)

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
        return getattr(loop, "_loopscope", None) or meet(loop)

    def meet(loop):
        """A loop that was not seen being made."""
        state = adopt(loop)
        if gentle and isinstance(loop, Base):
            state.by = OUTSIDE
            tell_tasks(loop, state)
            tell_loop(loop, state, 0, (None, None, None, False, None, (None, None)))
            state.by = RUNNING
        return state

    def watch_selector(loop, state):
        selector = loop._selector
        original = selector.select
        if getattr(original, "__module__", "") == __name__:
            return
        number, poll = state.number, POLL + (state.number << 8)
        epoll = selector._selector.poll if type(selector) is EpollSelector else None

        def select(timeout=None):
            if timeout == 0 and quick:
                if epoll is None:
                    found = original(0)
                else:
                    # What the selector does.
                    known = selector._fd_to_key
                    try:
                        found = epoll(0, len(known) or 1)
                        if found:
                            events, found = found, []
                            for fd, event in events:
                                key = known.get(fd)
                                if key:
                                    mask = (event & NOT_IN and 2) | (event & NOT_OUT and 1)
                                    found.append((key, mask & key.events))
                    except InterruptedError:
                        found = []
                if asleep and state.phase == ASLEEP or not on:
                    return found
                if state.phase == BEGUN and not found:
                    state.phase = UNTOLD
                else:
                    if state.phase == UNTOLD:
                        tell_poll(loop, state)
                    put((poll, clock(), len(found), state.phase, len(loop._ready),
                         len(loop._scheduled)))
                    state.phase = POLLED
                    if found:
                        tell_ready(state, found)
                if len(noted) > LONG:
                    flush()
                return found
            if not on:
                return original(timeout)
            if state.inherited:
                finish_inherited(state)
            end_turn(loop, state)
            cells = (0,) if timeout is None else (1, bits(float(timeout)))
            now = clock()
            put((17, number, now) + cells)
            if look:
                passed(17)
            if timeout != 0:
                if look or now - flushed > SHORTLY or len(noted) > LONG:
                    flush()
                # A statement at the pause may have made something ready.
                if loop._ready:
                    timeout = 0
            found = wait(original, timeout) if is_virtual else original(timeout)
            if state.phase == ASLEEP or not on:
                return found
            put((18, number, clock(), len(found)))
            if look:
                passed(18)
            state.phase = POLLED
            if found:
                tell_ready(state, found)
            return found
        selector.select = select

    EpollSelector = getattr(selectors, "EpollSelector", None)
    NOT_IN, NOT_OUT = (~getattr(select, name, 0) for name in ("EPOLLIN", "EPOLLOUT"))

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
            if state.inherited:
                finish_inherited(state)
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

    @wrap(Base, "create_task", True)
    def _(method):
        def wrapper(self, coro, **kwargs):
            task = method(self, coro, **kwargs)
            if on and self._debug and isinstance(task, TASKS):
                leave_us_out(task)
            if on and may_be_eager:
                look_for_eager()
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
        if state.made is not None:
            tell_made(state)
        outer = state.task
        put((31, state.number, clock(), known.number))
        if look:
            passed(31)
        first_step_over(task, known, state)
        state.task = outer

    told("stop", lambda loop, state: tell("loop-stop-request", state.number, (state.by,)))

    def note_close(loop, state):
        if not loop._closed and not loop.is_running():
            tell("loop-close", state.number, (len(loop._ready), len(loop._scheduled)))
            flush()

    def looks_again(name, tells=None):
        """Behind such a method `call_soon` may be done otherwise."""
        @wrap(Base, name)
        def _(method):
            def wrapper(self, *args):
                if tells is not None and on:
                    try:
                        tells(self, state_of(self))
                    except Exception:
                        mistake()
                try:
                    method(self, *args)
                finally:
                    state = getattr(self, "_loopscope", None)
                    if state is not None:
                        state.plain = is_plain(self, state)
                        state.set_quick()
            return wrapper

    looks_again("set_debug")
    looks_again("close", note_close)

    def marked(mark, method, *args, **kwargs):
        """Calls a method that makes a handle of another kind, or a job's future."""
        me = get_ident()
        before = marks.get(me)
        marks[me] = mark
        set_quick()
        try:
            return method(*args, **kwargs)
        finally:
            if before is None:
                marks.pop(me, None)
            else:
                marks[me] = before
            set_quick()

    @wrap(Base, "call_soon_threadsafe")
    def _(method):
        def wrapper(self, callback, *args, **kwargs):
            if not on:
                return method(self, callback, *args, **kwargs)
            job = jobs.pop(id(args[0]), None) if jobs and args else None
            if job is not None:
                tell("executor-done", state_of(self).number, (job, job_how(args[-1])))
            return marked([THREADSAFE, None], method, self, callback, *args, **kwargs)
        return wrapper

    def watcher(name, how):
        @wrap(Selector, name)
        def _(method):
            def wrapper(self, fd, callback, *args, **more):
                if not on:
                    return method(self, fd, callback, *args, **more)
                mark = [how, None]
                before = watching(self, fd, how)
                result = marked(mark, method, self, fd, callback, *args, **more)
                if before is not None and before._cancelled:
                    no_longer(before)
                    tell("watcher-remove", state_of(self).number, (descriptor(fd), how - READER))
                if mark[1] is not None and mark[1]._loopscope:
                    no_longer(mark[1])
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
                no_longer(handle)
                if removed and on and (how == WRITER or descriptor(fd) != pipe_fd(self)):
                    tell("watcher-remove", state_of(self).number, (descriptor(fd), how - READER))
                return removed
            return wrapper

    # The numbers of handles that run again and again, by their place in memory: a loop holds them. And
    # of those that have been ready to read: their number, and the note that they are so again.
    watched, readers = {}, {}

    def no_longer(handle):
        watched.pop(id(handle), None)
        readers.pop(id(handle), None)

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

    def tell_ready(state, found):
        """What a poll has found, and that is about to be made ready."""
        try:
            for key, mask in found:
                reader, writer = key.data
                if mask == 1 and quick:
                    # What is ready most: its number, and what says so.
                    known = readers.get(id(reader))
                    if known is not None:
                        reader._loopscope, says = known
                        note(says)
                        continue
                if mask & 1 and reader is not None and not reader._cancelled:
                    number = watched.get(id(reader))
                    if quick and number is not None and reader is not state.pipe:
                        says = state.READY + (key.fd << 32)
                        reader._loopscope = number
                        readers[id(reader)] = number, says
                        note(says)
                    else:
                        ready(state, key.fd, 0, reader)
                if mask & 2 and writer is not None and not writer._cancelled:
                    ready(state, key.fd, 1, writer)
        except Exception:
            mistake()

    def await_waking(loop, state):
        """A loop that polls since before we came goes on by itself: told when it does."""
        process = loop._process_events

        def process_events(found):
            if vars(loop).get("_process_events") is process_events:
                del loop._process_events
            if on and state.phase == ASLEEP:
                woke(state, len(found))
                tell_ready(state, found)
            return process(found)
        process_events.__module__ = __name__
        loop._process_events = process_events

    def woke(state, found):
        """The poll has ended that a loop was in when we came."""
        global asleep
        asleep -= 1
        put((18, state.number, clock(), found))
        if look:
            passed(18)
        state.phase = POLLED

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
        def wrapper(self, sig, callback, *args, **more):
            if not on:
                return method(self, sig, callback, *args, **more)
            mark = [SIGNAL, None]
            result = marked(mark, method, self, sig, callback, *args, **more)
            if mark[1] is not None:
                watched[id(mark[1])] = mark[1]._loopscope
                tell("signal-add", state_of(self).number, (int(sig), mark[1]._loopscope))
            return result
        return wrapper

    @wrap(Unix, "remove_signal_handler")
    def _(method):
        def wrapper(self, sig):
            no_longer(self._signal_handlers.get(sig))
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
        def wrapper(self, executor, func, *args, **more):
            if not on:
                return method(self, executor, func, *args, **more)
            job, state = job_numbers(), state_of(self)
            name = callable_place(func)[0]
            tell("executor-submit", state.number, (job, name, state.by, pool_of(executor)))
            future = marked([JOB, job], method, self, executor, func, *args, **more)
            known = None if handles_only else known_of(future)
            if type(known) is Future and not known.done:
                tell_outside(state, known.number, job, line=line_at(1))
            # Since 3.14 a job that is done at once is not told through the loop.
            if future.done() and jobs.pop(id(future), None) is not None:
                tell("executor-done", state.number, (job, job_how(future)))
            return future
        return wrapper

    # Who makes a future there awaits it next, and nothing else happens before that; and whether it is a
    # transport that has to bring something or to get rid of it. By the code's place in memory, since code
    # itself is slow to look for.
    waits_at_once, codes = {}, []
    for kind, name, is_brought in (
            (streams.StreamReader, "_wait_for_data", True),
            (streams.FlowControlMixin, "_drain_helper", True),
            (locks.Lock, "acquire", False), (locks.Event, "wait", False),
            (locks.Semaphore, "acquire", False), (queues.Queue, "get", False),
            (queues.Queue, "put", False)):
        codes.append(getattr(kind, name).__code__)
        waits_at_once[id(codes[-1])] = is_brought

    def brought_by(frame):
        """The number of a stream's transport, or of the one that carries its TLS."""
        try:
            transport = attribute(frame.f_locals["self"], "_transport")
            known = ends.get(id(transport))
            return known.number if known is not None else below(transport)
        except AttributeError:
            return 0

    # What tells by what from outside a future will be completed that is made there, by the code's place.
    made_for = {}

    def completes(kind, name):
        def decorate(tells):
            code = getattr(kind, name).__code__
            # The code is kept, so that its place in memory stays its own.
            codes.append(code)
            made_for[id(code)] = tells
            return tells
        return decorate

    def note_future(frame, future, state):
        """A future that is made in this frame, and what completes it."""
        number = new_future(future, state).number
        tells = made_for.get(id(frame.f_code))
        if tells is not None:
            tells(frame, state, number)

    @completes(streams.StreamReader, "_wait_for_data")
    @completes(streams.FlowControlMixin, "_drain_helper")
    def _(frame, state, future):
        transport = brought_by(frame)
        if transport:
            tell_outside(state, future, 0, transport, line=line_at(3))

    @completes(base_events.Server, "wait_closed")
    @completes(base_events.Server, "serve_forever")
    def _(frame, state, future):
        server = end_of(frame.f_locals["self"])
        if server:
            tell_outside(state, future, 0, 0, server, line=line_at(3))

    @completes(base_subprocess.BaseSubprocessTransport, "_wait")
    def _(frame, state, future):
        process = getattr(frame.f_locals["self"], "_loopscope", 0)
        if process:
            tell_outside(state, future, 0, 0, 0, process, line_at(3))

    @wrap(unix_events._UnixSubprocessTransport, "_start")
    def _(method):
        def wrapper(self, *args, **kwargs):
            method(self, *args, **kwargs)
            if on:
                try:
                    self._loopscope = number = object_numbers()
                    tell("process-new", state_of(self._loop).number, (number, self._proc.pid, 1),
                         shown_command(self._proc.args))
                except Exception:
                    mistake()
        return wrapper

    def shown_command(args):
        if isinstance(args, (str, bytes, os.PathLike)):
            return os.fsdecode(args)
        import shlex
        return " ".join(shlex.quote(os.fsdecode(each)) for each in args)

    @wrap(base_subprocess.BaseSubprocessTransport, "_process_exited")
    def _(method):
        def wrapper(self, code):
            number = getattr(self, "_loopscope", 0)
            if on and number:
                tell("process-exit", state_of(self._loop).number, (number, self._pid, code))
            return method(self, code)
        return wrapper

    @wrap(Base, "create_future")
    def _(method):
        def wrapper(self):
            state = self._loopscope_quick
            if state is not None:
                # What the library does.
                future = PlainFuture(loop=self)
                if handles_only:
                    return future
                try:
                    frame = frame_of(1)
                    place = id(frame.f_code)
                    if state.task is not None and not state.eagers and place in waits_at_once:
                        if state.made is not None:
                            tell_made(state)
                        # Told when the step has ended.
                        state.made = future
                        state.made_for = brought_by(frame) if waits_at_once[place] else 0
                    else:
                        note_future(frame, future, state)
                except Exception:
                    mistake()
                return future
            future = method(self)
            if on:
                if self._debug:
                    leave_us_out(future)
                if not handles_only:
                    try:
                        note_future(frame_of(1), future, state_of(self))
                    except Exception:
                        mistake()
                mark = marks.get(get_ident()) if marks else None
                if mark is not None and mark[0] == JOB:
                    jobs[id(future)] = mark[1]
            return future
        return wrapper

    for name in ("readline", "readuntil", "readexactly"):
        code = getattr(streams.StreamReader, name).__code__
        if is_lone(code)[0]:
            waits_by_one_way[id(code)] = code

    watch_syncs(wrap)
    watch_ends()

    def note_handler(loop, state, handler):
        place = (0, 0, 0) if handler is None else callable_place(handler)
        tell("handler-set", state.number, (int(handler is not None),) + place[:3])

    def note_handler_call(loop, state, context):
        raised = context.get("exception")
        try:
            shown = "" if raised is None else repr(raised)
        except Exception:
            shown = type(raised).__name__
        future = known_of(context.get("future"))
        task = alive.get(id(context.get("task")))
        if type(future) is Task:
            task, future = future, None
        message = str(context.get("message") or "")
        line = line_raised(raised) if isinstance(raised, BaseException) else ()
        tell_at(line, "handler-call", state.number,
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

    if session and not is_virtual and not gentle:
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


    # ---- loops of another make ----

    def note_other(loop):
        """A loop that calls none of asyncio's handles: what cannot be seen is said, once."""
        kind = type(loop)
        if loop is None or isinstance(loop, Base) or kind in unseen or not on:
            return
        unseen.add(kind)
        name = "%s.%s" % (kind.__module__, kind.__qualname__)
        tell("remark", 0, (0, 1), "The program's loop is a %s, which is not asyncio's own: it calls "
             "callbacks without asyncio's handles, so nothing of it is told but what the program "
             "prints. Run it on asyncio's own loop (uvicorn: --loop asyncio) to see more." % name)

    unseen = set()

    def noting(method):
        def set_event_loop(loop):
            try:
                note_other(loop)
            except Exception:
                mistake()
            return method(loop)
        for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(set_event_loop, attribute, getattr(method, attribute))
        set_event_loop.__wrapped__ = method
        return set_event_loop

    for owner in (events, asyncio):
        replace(owner, "set_event_loop", noting(events.set_event_loop))

    # ---- what was there before us ----

    run_code, until_code = Base.run_forever.__code__, Base.run_until_complete.__code__
    plain_runs = {handle_run.__code__}
    if Threadsafe is not None:
        plain_runs.add(safe_run.__code__)
    our_runs = {Handle.__dict__["_run"].__code__, run_slowly.__code__}
    our_runs.add(tells_handles[Handle.__dict__["_run"]].__code__)
    floors[:] = [run_once_code] + list(plain_runs) + list(our_runs)
    # What transports call has no line outside of it either, and is known sooner.
    floors.extend(getattr(streams.StreamReaderProtocol, name).__code__
                  for name in ("data_received", "eof_received", "connection_lost"))
    forget_roles()
    unsettled_files = {module.__file__ for module in (base_events, events, selector_events, tasks)}
    unsettled_files.add(__file__)

    def is_settled(frame):
        """Whether a thread is at a place where the loop's queues say everything."""
        code = frame.f_code
        return code in plain_runs or code.co_filename not in unsettled_files

    def position(loop, frame):
        """Where a thread stands in a loop: the frames of its run and of its turn, what it runs until,
        whether it polls, the handle that runs, and what we have told of that."""
        run = once = until = handle = None
        told, polls, inner = (None, None), False, None
        while frame is not None:
            code = frame.f_code
            if run is None and once is None:
                if code in plain_runs:
                    handle, told = frame.f_locals["self"], (None, None)
                elif code in our_runs and told[0] is None:
                    if handle is None:
                        # It does what the library's does, without calling it.
                        handle = frame.f_locals.get("self")
                    number = frame.f_locals.get("number")
                    if type(number) is int and number:
                        told = number, frame.f_locals.get("known")
                elif code is run_once_code and frame.f_locals.get("self") is loop:
                    once, polls = frame, inner is not None and inner.f_code.co_name == "select"
                elif code is run_code and frame.f_locals.get("self") is loop:
                    run = frame
            elif run is None:
                if code is run_code:
                    run = frame
            elif code is until_code:
                until = frame.f_locals.get("future")
                break
            inner, frame = frame, frame.f_back
        return run, once, until, polls, handle if once is not None else None, told

    def loops_of(frames):
        """All loops that can be found, each with the thread that runs it, or 0."""
        found = {}
        for thread, frame in frames.items():
            while frame is not None:
                if frame.f_code is run_code:
                    loop = frame.f_locals.get("self")
                    found[id(loop)] = loop, thread
                frame = frame.f_back
        others = [state.loop() for state in states.values()]
        for name in ("_all_tasks", "_scheduled_tasks", "_eager_tasks"):
            for task in list(getattr(tasks, name, None) or ()):
                others.append(getattr(task, "_loop", None))
        for loop in others:
            if loop is not None and not loop.is_closed():
                found.setdefault(id(loop), (loop, getattr(loop, "_thread_id", None) or 0))
        seen = [each for each in found.values() if isinstance(each[0], Base)]
        if found and not seen:
            kind = type(next(iter(found.values()))[0])
            raise Unseen("they are of the class %s.%s, which is not asyncio's own and calls none of "
                         "its methods" % (kind.__module__, kind.__qualname__))
        return seen

    def has_started(coro):
        if type(coro) is not COROUTINE:
            return True
        suspended = getattr(coro, "cr_suspended", None)
        if suspended is not None:
            return suspended
        return coro.cr_frame is not None and coro.cr_frame.f_lasti != -1

    def by_age(task):
        name, known = task.get_name(), alive_before.get(id(task))
        number = int(name[5:]) if name[:5] == "Task-" and name[5:].isdigit() else 1 << 60
        return (known.number if known is not None else 1 << 60), number

    alive_before = {}

    def tell_all(frames):
        """Tells the present state of all loops. No other thread runs meanwhile."""
        global asleep, unfinished, at_hand
        asleep = unfinished = 0
        at_hand = False
        for known in (watched, readers, beside, first_steps, jobs, met, ends):
            known.clear()
        alive_before.clear()
        for key, known in alive.items():
            if type(known) is Task:
                alive_before[key], known.wait = known, 0
        alive.clear()
        waits.clear()
        put((KINDS["snapshot-begin"][0], 0, clock()))
        stands = []
        for loop, thread in loops_of(frames):
            state = getattr(loop, "_loopscope", None) or new_state(loop)
            state.plain = is_plain(loop, state)
            state.set_quick()
            state.by, state.task, state.run, state.inherited = OUTSIDE, None, None, None
            state.made = None
            del state.eagers[:]
            state.phase, state.owner, state.pipe, state.yielded = ENDED, 0, None, False
            put((KINDS["loop-new"][0], state.number, clock()))
            stands.append((loop, state, thread, position(loop, frames.get(thread))))
        for loop, state, thread, at in stands:
            tell_tasks(loop, state)
        for loop, state, thread, at in stands:
            tell_loop(loop, state, thread, at)
            state.by = RUNNING
        put((KINDS["snapshot-end"][0], 0, clock()))
        for loop, state, thread, at in stands:
            if at[3]:
                asleep += 1
                state.phase = ASLEEP
                timeout = at[1].f_locals.get("timeout")
                put((17, state.number, clock()) + ((0,) if timeout is None
                                                   else (1, bits(float(timeout)))))
                await_waking(loop, state)
        alive_before.clear()

    def tell_tasks(loop, state):
        if handles_only:
            return
        for task in sorted(tasks.all_tasks(loop), key=by_age):
            known = alive_before.get(id(task))
            if known is None or known() is not task:
                new_task(task, state)
                continue
            known.done, known.at, known.stand, known.wait = False, -1, -1, 0
            known.cancels = cancelling(task) if cancelling is not None else 0
            known.place = place = coroutine_place(task.get_coro())
            known.stands = stands_like(task.get_coro())
            alive[id(task)] = known
            put((30, state.number, clock(), known.number, place[0], place[1], place[2],
                 new_name(task.get_name()), OUTSIDE))

    def tell_loop(loop, state, thread, at):
        run, once, until, polls, handle, told = at
        if loop._exception_handler is not None:
            note_handler(loop, state, loop._exception_handler)
        if run is not None:
            state.run, state.owner, state.how = run, thread, int(until is not None)
            loop_threads.add(thread)
            known = alive.get(id(until)) if until is not None else None
            put((12, state.number, clock(), state.how, known.number if type(known) is Task else 0))
        running = None if handle is None else stepped(handle._callback, type(handle._callback))[0]
        for task in () if handles_only else tasks.all_tasks(loop):
            if task is not running and (task._fut_waiter is not None
                                        or has_started(task.get_coro())):
                tell_suspend(task, alive[id(task)], state, task._fut_waiter)
        if isinstance(loop, Selector):
            watch_selector(loop, state)
            if not handles_only:
                tell_children(loop, state)
                tell_ends(loop)
                for task in tasks.all_tasks(loop):
                    tell_brought(task, state)
            find_watchers(loop, state)
        if handle is not None:
            find_running(handle, state, told)
        elif once is not None:
            local = once.f_locals
            state.phase = BEGUN if "ntodo" in local else POLLED if "end_time" in local else ENDED
        for each in list(getattr(loop, "_ready", ())):
            find_ready(each, loop, state)
        for each in list(getattr(loop, "_scheduled", ())):
            if not find(each):
                continue
            if each._cancelled:
                each._loopscope = number = handle_numbers()
                put((22, state.number, clock(), number, bits(float(each._when)), 0, 0, 0, OUTSIDE, 0,
                     0))
                put((24, state.number, clock(), number, bits(float(each._when)), OUTSIDE))
                each.__class__ = each._loopscope_cancelled
            else:
                note_timer(each, each._callback, each._args, loop)

    def tell_children(loop, state):
        """Child processes that there are already: those that the loop watches the end or the pipes of."""
        found = {}
        for key in list(loop._selector.get_map().values()):
            for handle in key.data:
                held = [getattr(getattr(handle, "_callback", None), "__self__", None)]
                for each in getattr(handle, "_args", None) or ():
                    held += each if type(each) is tuple else (each,)
                for each in held:
                    each = getattr(getattr(each, "_protocol", None), "proc", each)
                    if isinstance(each, base_subprocess.BaseSubprocessTransport):
                        found[each._pid] = each
        for pid, child in sorted(found.items()):
            if child._returncode is None and child._proc is not None:
                child._loopscope = number = object_numbers()
                tell("process-new", state.number, (number, pid, 1), shown_command(child._proc.args))

    def tell_brought(task, state):
        """By what from outside the future will be completed that a task waits for."""
        future, frame = task._fut_waiter, frame_in(task.get_coro())
        known = None if future is None else known_of(future)
        if frame is not None and type(known) is Future and id(frame.f_code) in made_for:
            made_for[id(frame.f_code)](frame, state, known.number)

    def find(handle):
        """Whether a handle that was there before us is followed from now on."""
        kind = type(handle)
        if kind in found_as:
            handle.__class__ = found_as[kind]
        elif kind not in our_kinds:
            return False
        handle._loopscope = 0
        return True

    def find_running(handle, state, told):
        global unfinished
        task, step = stepped(handle._callback, type(handle._callback))
        known = alive.get(id(task)) if step else None
        place = callable_place(handle._callback) if known is None else known.place
        number, task = told[0] or handle_numbers(), 0 if known is None else known.number
        put((21, state.number, clock(), number, step or SOON, place[0], place[1], place[2], OUTSIDE,
             task, 0, 26, state.number, clock(), number, task))
        if known is not None:
            put((31, state.number, clock(), task))
            state.task = known
        state.phase = BEGUN
        if told[0] is None:
            state.inherited = number, known
            unfinished += 1

    def find_watchers(loop, state):
        for key in list(loop._selector.get_map().values()):
            for how, handle in zip((READER, WRITER), key.data):
                if handle is None or handle._cancelled or not find(handle):
                    continue
                if getattr(handle._callback, "__func__", None) is read_self:
                    state.pipe = handle
                    continue
                number = find_lasting(handle, how, state)
                put((40, state.number, clock(), key.fd, how - READER, number))
        for sig, handle in list(getattr(loop, "_signal_handlers", {}).items()):
            if not handle._cancelled and find(handle):
                number = find_lasting(handle, SIGNAL, state)
                put((43, state.number, clock(), int(sig), number))

    def find_lasting(handle, how, state):
        watched[id(handle)] = number = handle_numbers()
        place = callable_place(handle._callback)
        put((21, state.number, clock(), number, how, place[0], place[1], place[2], OUTSIDE, 0, 0))
        return number

    def find_ready(handle, loop, state):
        if id(handle) in watched or handle is state.pipe:
            for key in list(loop._selector.get_map().values()):
                for how, each in enumerate(key.data):
                    if each is handle:
                        ready(state, key.fd, how, handle)
            for sig, each in list(loop._signal_handlers.items()):
                if each is handle:
                    handle._loopscope = number = watched[id(handle)]
                    put((45, state.number, clock(), int(sig), number))
        elif not find(handle):
            return
        elif handle._cancelled:
            handle._loopscope = number = handle_numbers()
            put((21, state.number, clock(), number, SOON, 0, 0, 0, OUTSIDE, 0, 0,
                 28, state.number, clock(), number, OUTSIDE))
            handle.__class__ = getattr(handle, "_loopscope_cancelled", type(handle))
        else:
            note_handle(handle, handle._callback, handle._args, loop, handle._context)

    global snapshot_of, settled
    snapshot_of, settled = tell_all, is_settled


def mistake():
    """A mistake of ours is no concern of the program's."""
    if os.environ.get("LOOPSCOPE_RECORDER_RAISES"):
        raise


# ---- Trio -------------------------------------------------------------------------------------------

def watch_trio(start):
    """Trio tells by its instruments, which are handed to each run. `start` tells of one by its rules."""
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name != "trio":
                return None
            sys.meta_path.remove(Finder)
            import importlib.util
            spec = importlib.util.find_spec(name)
            loader = getattr(spec, "loader", None)
            if loader is not None:
                execute = loader.exec_module

                def exec_module(module):
                    del loader.exec_module
                    execute(module)
                    try:
                        put_into_trio(module, start)
                    except Exception:
                        mistake()
                loader.exec_module = exec_module
            return spec
    sys.meta_path.insert(0, Finder)


def put_into_trio(trio, start):
    def with_instrument(method):
        def wrapper(*args, **kwargs):
            if on:
                start()
                kwargs["instruments"] = list(kwargs.get("instruments", ())) + [Instrument()]
                if is_virtual and kwargs.get("clock") is None:
                    import trio.testing
                    kwargs["clock"] = trio.testing.MockClock(autojump_threshold=0)
            return method(*args, **kwargs)
        for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(wrapper, attribute, getattr(method, attribute))
        wrapper.__wrapped__ = method
        return wrapper

    trio.run = with_instrument(trio.run)
    trio.lowlevel.start_guest_run = with_instrument(trio.lowlevel.start_guest_run)
    # What is outside of it has started the run, and has no part in what that does.
    floors.append(trio._core._run.unrolled_run.__code__)
    forget_roles()

    class Instrument(trio.abc.Instrument):
        """One run of Trio's as a loop: what is scheduled are its handles, and a batch is a turn."""

        def __init__(self):
            self.number, self.turn, self.in_turn = loop_numbers(), 0, False
            # The numbers of tasks, and of the last handle of each; how many handles are ready.
            self.tasks, self.handles, self.ready = {}, {}, 0
            # What tasks wait for, as futures' numbers.
            self.waits = {}
            # The task that runs, its number, its handle, and whether it has given up control.
            self.runs, self.running, self.handle, self.gave_up = None, 0, 0, False

        def say(self, kind, cells, *texts):
            tell_at(line_at(2) if kind not in BY_NOBODY else (), kind, self.number,
                    cells, *texts)

        def by(self):
            return OUTSIDE if self.runs is None else RUNNING

        def before_run(self):
            loop_threads.add(_thread.get_ident())
            self.say("loop-new", ())
            self.say("loop-run", (1, 0))

        def task_spawned(self, task):
            self.tasks[task] = number = task_numbers()
            if not handles_only:
                self.say("task-new", (number,) + coroutine_place(task.coro)[:3]
                         + (new_name(task.name), self.by()))

        def task_scheduled(self, task):
            if task is self.runs:
                self.gives_up(task, True)
            future = self.waits.pop(task, 0)
            if future:
                self.say("future-done", (future, RESULT, self.by()))
            how = WAKEUP if task in self.handles else STEP
            self.ready += 1
            self.handles[task] = number = handle_numbers()
            self.say("handle-new", (number, how) + coroutine_place(task.coro)[:3] + (
                self.by(), self.task(task), future))

        def task(self, task):
            return 0 if handles_only else self.tasks[task]

        def before_task_step(self, task):
            if not self.in_turn:
                self.in_turn, self.turn = True, self.turn + 1
                self.say("turn-begin", (self.turn, self.ready, 0))
            self.ready -= 1
            self.running, self.handle = self.task(task), self.handles[task]
            self.say("handle-run", (self.handle, self.running))
            if not handles_only:
                self.say("task-step", (self.running,))
            self.runs, self.gave_up = task, False

        def gives_up(self, task, again):
            """It is queued again, or waits: for what its innermost function is called by."""
            if handles_only or self.gave_up or task not in self.tasks:
                return
            self.gave_up = True
            chain, _, file, line = chain_of(task.coro)[:4]
            on = (0,)
            if not again:
                self.waits[task] = future = future_numbers()
                awaiting = task.coro
                while getattr(awaiting, "cr_await", None) is not None:
                    coro, awaiting = awaiting, awaiting.cr_await
                    if "wait_task_rescheduled" in getattr(awaiting, "__name__", ""):
                        awaiting = coro
                        break
                name = getattr(awaiting, "__qualname__", type(awaiting).__name__)
                self.say("future-new", (future, name_id(name), RUNNING))
                on = 1, future
            self.say("task-suspend", (self.tasks[task],) + on + (file, line, chain))

        def after_task_step(self, task):
            self.gives_up(task, False)
            self.runs = None
            self.say("handle-done", (self.handle, self.running))

        def task_exited(self, task):
            number = self.tasks.pop(task)
            self.handles.pop(task, None)
            if not handles_only:
                outcome = sys._getframe(2).f_locals.get("outcome")
                error = getattr(outcome, "error", None)
                how = RESULT if error is None else (
                    CANCELLED if isinstance(error, trio.Cancelled) else EXCEPTION)
                text = brief(getattr(outcome, "value", None), 4) if error is None else (
                    one_line(error))
                self.say("task-done", (number, how), cut_to(text))

        def end_turn(self):
            if self.in_turn:
                self.in_turn = False
                self.say("turn-end", (self.ready, 0))

        def before_io_wait(self, timeout):
            self.end_turn()
            self.say("poll-begin", (1, bits(float(timeout))) if timeout < 1e9 else (0,))
            flush()

        def after_io_wait(self, timeout):
            global virtual_now
            if is_virtual:
                virtual_now = max(virtual_now, int(trio.current_time() * 1e9))
            self.say("poll-end", (0,))

        def after_run(self):
            self.end_turn()
            self.say("loop-stopped", (1,))
            self.say("loop-close", (0, 0))
            flush()


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

#: What stands elsewhere: (owner, name, what was there, ours).
places = []
#: Whether it stands there.
armed = False


def replace(owner, name, value, needs_all=False):
    """What is to be put in a place; `needs_all`: only where all is told."""
    places.append((owner, name, owner.__dict__.get(name, NEVER), value, needs_all))


def at_this_level(ours):
    return tells_handles.get(ours, ours) if handles_only and type(ours) is FUNCTION else ours


def arm():
    """Puts ours in the places. What somebody else has put there since stays."""
    global armed
    if armed:
        return
    armed = True
    for kind, does in our_kinds.items():
        for name, value in does.items():
            setattr(kind, name, at_this_level(value))
    for owner, name, before, ours, needs_all in places:
        if not (needs_all and handles_only) and owner.__dict__.get(name, NEVER) is before:
            setattr(owner, name, at_this_level(ours))


def disarm():
    """Everything as it was, as far as nobody has put something in the same place since. Handles that
    are ours stay, and do what those do that they stand for."""
    global armed
    if not armed:
        return
    armed = False
    for owner, name, before, ours, _ in reversed(places):
        if owner.__dict__.get(name, NEVER) is not at_this_level(ours):
            continue
        if before is NEVER:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
    for kind, does in our_kinds.items():
        for name in does:
            if name in kind.__dict__:
                delattr(kind, name)
    for state in list(states.values()):
        loop = state.loop()
        for owner, name in ((getattr(loop, "_selector", None), "select"), (loop, "_process_events")):
            found = getattr(owner, "__dict__", {})
            if getattr(found.get(name), "__module__", "") == __name__:
                del found[name]
        state.run = state.task = state.pipe = state.inherited = None
        state.owner = 0


def stop():
    """Nothing is recorded any more, and everything is as it was."""
    global on, look, sink
    on = look = False
    set_quick()
    sink = -1
    del noted[:]
    disarm()


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
    wall = time.time_ns() - (0 if is_virtual else time.monotonic_ns() - options.get("base", 0))
    if "paused" in options:
        hold(0)
    if not gentle:
        def begins(dialect):
            tell("run-start", 0, (dialect, 1 if is_virtual else 2, wall, 0, 0, name_id(shown)))

        begins(dialect)
        install()
        arm()
        # From then on the order is Trio's own.
        watch_trio(lambda: begins(WORDS["Dialect"].index("other")))
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
    if gentle:
        goodbye(code, how, sentence)
        sys.exit(code)
    # Where somebody steps, it holds here once more.
    look = look or session
    tell("program-exit", 0, (code, WORDS["ExitHow"].index(how), 1), sentence)
    flush_all()
    at_once = True
    sys.exit(code)


def start(arguments):
    """Begins to record, as the arguments say that come from our own binary."""
    global sink, on, capture, is_virtual, clock, holder, session, handles_only
    options = {}
    while arguments:
        word = arguments.pop(0)
        name, _, value = word.partition("=")
        options[name] = value
        if name in ("file", "module", "code"):
            break
    capture, handles_only = "capture" in options, options.get("level") == "handles"
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
    global writing, host, server
    if gentle:
        unhear_output()
        # They belong to the process that it was copied from, which does not notice this.
        for each in (host, server):
            if each is not None:
                each.close()
        host = server = None
    stop()
    writing = _thread.allocate_lock()


# ---- being attached to ----------------------------------------------------------------------------

#: Where somebody may attach, and the socket's file.
server, meeting = None, ""
installed = False
#: Whether the main program is ours to run, so that its end is told elsewhere.
runs_main = False
OCCUPIED = "Another Loopscope is attached to this program; let it go first."
#: How long a host has for its first words, in seconds.
FIRST_WORDS = 5
#: The shortest time between two looks at everything, in seconds.
LOOKS = 0.2


def listen(path=None, say=True):
    """Lets `loopscope attach` come to this program, by a socket that only its user can open. Gives the
    socket's file, or None where that cannot be: it raises nothing."""
    global server, meeting, folder
    if server is not None:
        return meeting
    try:
        if path is None:
            path = os.path.join(meeting_folder(), "%d.sock" % os.getpid())
        prepare()
        socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            bind(socket, path)
            os.chmod(path, 0o600)
            socket.listen(4)
            socket.setblocking(False)
        except OSError:
            socket.close()
            raise
    except Exception as error:
        sys.stderr.write("loopscope: nobody can attach to this program: %s\n" % error)
        return None
    server, meeting = socket, path
    _thread.start_new_thread(wait_for_hosts, (socket,))
    if say:
        sys.stderr.write("loopscope: attach to this program by\n  loopscope attach --socket %s\n"
                         % path)
    return path


def close():
    """Nobody can attach any more; who has attached is let go."""
    global server
    if server is not None:
        closing, server = server, None
        try:
            closing.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass
        take_away_file()


def take_away_file():
    try:
        if meeting:
            os.unlink(meeting)
    except OSError:
        pass


def meeting_folder():
    """The folder for sockets, which is this user's alone."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if base and os.path.isdir(base) and os.stat(base).st_uid == os.geteuid():
        path = os.path.join(base, "loopscope")
    else:
        path = os.path.join(os.environ.get("TMPDIR") or "/tmp", "loopscope-%d" % os.geteuid())
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    info = os.lstat(path)
    if info.st_mode & 0o170077 != 0o040000 or info.st_uid != os.geteuid():
        raise OSError("%s is not a folder of this user alone; take it away, or name a socket" % path)
    return path


def bind(socket, path):
    """A file that a process has left is taken away."""
    try:
        socket.bind(path)
    except OSError:
        probe = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            socket.bind(path)
            return
        except OSError:
            pass
        finally:
            probe.close()
        raise


def prepare():
    """What has to be there before somebody attaches. Nothing of the program is changed yet."""
    global gentle, installed, folder
    if installed:
        return
    gentle = True
    if not folder:
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        folder = os.path.dirname(os.path.realpath(main)) if main else os.getcwd()
        if folder != os.sep:
            folder += os.sep
    install()
    installed = True
    os.register_at_fork(after_in_child=copied)
    import atexit
    atexit.register(ended_by_itself)


def ended_by_itself():
    if runs_main:
        return
    raised = getattr(sys, "last_value", None)
    if raised is not None and not hasattr(sys, "ps1"):
        goodbye(1, "exception", "Nothing caught the program's %s." % one_line(raised))
    else:
        goodbye(0, "end", "The program has ended; with which exit code is not known.")


def goodbye(code, how, sentence):
    """The program has ended: who is attached is told, if that one reads."""
    if on:
        try:
            tell("program-exit", 0, (code, WORDS["ExitHow"].index(how), 1), sentence)
            until = time.monotonic() + 1
            while (noted or waiting) and time.monotonic() < until:
                flush()
                time.sleep(0.001)
        except Exception:
            mistake()
    take_away_file()


def is_welcome(connection):
    """Whether who connects is this user, or the superuser."""
    credentials = getattr(_socket, "SO_PEERCRED", None)
    if credentials is None:
        # Where that cannot be asked, who may open the file decides.
        return True
    _, user, _ = struct.unpack("3i", connection.getsockopt(_socket.SOL_SOCKET, credentials, 12))
    return user in (os.geteuid(), 0)


def accept(listening_socket):
    """Who has just connected, if that may be."""
    try:
        number, _ = listening_socket._accept()
    except OSError:
        return None
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=number)
    connection.setblocking(False)
    if not is_welcome(connection):
        connection.close()
        return None
    return connection


def wait_for_hosts(listening_socket):
    """Serves one host after the other. A thread of its own."""
    take_no_signals()
    watched_for = select.poll()
    watched_for.register(listening_socket, select.POLLIN)
    while server is listening_socket:
        try:
            watched_for.poll()
            connection = accept(listening_socket)
            if connection is not None:
                attend(connection, listening_socket)
        except Exception:
            mistake()
            time.sleep(0.05)
    listening_socket.close()


def called(path):
    """Somebody who has come into this process by its number waits at `path`."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(path)
        connection.setblocking(False)
        if "asyncio" not in sys.modules:
            turn_away(connection, "The program has not imported asyncio, so it has no loop.")
        elif host is not None:
            turn_away(connection, OCCUPIED)
        else:
            prepare()
            _thread.start_new_thread(attend_caller, (connection,))
    except Exception:
        connection.close()
        mistake()


def attend_caller(connection):
    take_no_signals()
    try:
        attend(connection, None)
    except Exception:
        mistake()


def turn_away(connection, sentence):
    numbers = (REFUSED,) + packed(sentence.encode())
    data = struct.pack("<%dq" % len(numbers), *numbers)
    try:
        # What came is read, since what is closed with something unread loses what it sent.
        connection.settimeout(0.2)
        connection.send(struct.pack("<4sI", MAGIC, len(data)) + data + MAGIC, NO_SIGNAL)
        connection.shutdown(_socket.SHUT_WR)
        connection.recv(65536)
    except OSError:
        pass
    connection.close()


def attend(connection, also):
    """Serves a host from its first word until it goes."""
    global host, sink, detached
    if host is not None:
        turn_away(connection, OCCUPIED)
        return
    host = connection
    try:
        converse(connection, also)
    finally:
        leave_host(connection)


def converse(connection, also):
    global unheard, deaf, handles_only
    handles_only = False
    watched_for = select.poll()
    watched_for.register(connection, select.POLLIN)
    if also is not None:
        watched_for.register(also, select.POLLIN)
    data, statement, begun = b"", b"", False
    next_look, since = 0, time.monotonic()
    while True:
        watched_for.modify(connection,
                           select.POLLIN | (select.POLLOUT if waiting else 0))
        found = watched_for.poll(OFTEN * 1000)
        if also is not None:
            if server is not also:
                return
        try:
            got = connection.recv(65536)
            if not got:
                return
            data += got
        except BlockingIOError:
            pass
        except OSError:
            return
        if also is not None and any(fd == also.fileno() for fd, _ in found):
            other = accept(also)
            if other is not None:
                turn_away(other, OCCUPIED)
        bodies, data = requests_in(data)
        for body in bodies:
            if body[0] == 1:
                if not begun:
                    begun = True
                    try:
                        begin_with_host(connection)
                    except Exception as error:
                        why = str(error) if isinstance(error, Unseen) else one_line(error)
                        turn_away(connection, "Its loops cannot be told: %s." % why)
                        mistake()
                        return
            elif body[0] == 12 and not begun:
                handles_only = True
            elif body[0] == 7 or not begun:
                return
            else:
                statement = obey(body, statement)
        if not begun:
            if time.monotonic() - since > FIRST_WORDS:
                return
            continue
        if noted or waiting:
            flush()
        if deaf and not waiting and time.monotonic() >= next_look:
            began = time.monotonic()
            lost, unheard = max(1, 2 * unheard), 0
            take_snapshot(lambda: put((KINDS["gap"][0], 0, clock(), min(lost, (1 << 32) - 1))))
            next_look = time.monotonic() + max(LOOKS, 10 * (time.monotonic() - began))


class Unseen(Exception):
    """What there is cannot be told, and why."""


def begin_with_host(connection):
    """Tells what there is, and from then on what happens."""
    global sink, detached, pausing, left, wanted, session, waiting_bytes
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise Unseen("this Python has no lock around its interpreter, so its state cannot be told "
                     "at one moment")
    pausing, left, wanted, session, detached = False, 0, 0, False, False
    waiting.clear()
    waiting_bytes = 0
    sink = connection.fileno()
    connection.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDBUF, 1 << 20)
    base, wall = time.monotonic_ns(), time.time_ns()
    dialect = 2 if sys.version_info >= (3, 14) else 0
    program = sys.argv[0] if getattr(sys, "argv", None) else ""

    def hello():
        put((FOLDER,) + packed(folder.encode("utf-8", "replace")))
        put((HELLO, 1, CAN | 1 << 2, base, os.getpid(), dialect))
        put((1, 0, clock(), dialect, 2, wall, 0, 0,
             name_id(os.path.basename(program) or "python")))
    take_snapshot(hello)
    hear_output()
    flush()


def leave_host(connection):
    """Nobody is attached: everything as it was."""
    global host, sink, on, look, deaf, detached, waiting_bytes
    detached = True
    on = look = deaf = False
    set_quick()
    if holder:
        orders.put((0, 0))
    unhear_output()
    for state in list(states.values()):
        state.made = None
    with writing:
        sink = -1
        disarm()
        del noted[:]
        waiting.clear()
        waiting_bytes = 0
        connection.close()
        host = None
    forget_roles()
    for known in (described, lines, jobs, met, ends, file_lines, named_lines, uses):
        known.clear()
    forget_stands()
    forget_calls()


def take_snapshot(begin):
    """Tells the present state of all loops, and records from then on. No other thread gets a turn
    meanwhile, which is made sure of by looking whether one had it."""
    global on, look, deaf
    interval, me = sys.getswitchinterval(), _thread.get_ident()
    for patience in (0.05, 0.25, 1, 4):
        for last in (False,) * 20 + (True,):
            sys.setswitchinterval(patience)
            try:
                frames = sys._current_frames()
                del frames[me]
                if not last and not all(settled(frame) for frame in frames.values()):
                    continue
                before = {thread: (frame, frame.f_lasti) for thread, frame in frames.items()}
                on = look = False
                set_quick()
                del noted[:]
                for known in (described, lines, walks, names):
                    known.clear()
                forget_stands()
                forget_calls()
                names[""] = 0
                begin()
                arm()
                snapshot_of(frames)
                after = sys._current_frames()
                del after[me]
                if after.keys() <= before.keys() and all(
                        before[thread] == (frame, frame.f_lasti)
                        for thread, frame in after.items()) or patience == 4:
                    deaf = False
                    on = True
                    update()
                    return
                break
            finally:
                frames = before = after = None
                sys.setswitchinterval(interval)
                if not on:
                    time.sleep(0.0003)


# ---- what a program prints while somebody is attached -----------------------------------------------

#: The streams whose `write` is ours: (stream, our function).
heard = []


def hear_output():
    """What is printed is told as well. Who holds the stream already is heard too."""
    for number, name in ((0, "stdout"), (1, "stderr")):
        stream = getattr(sys, name, None)
        try:
            if stream is None or "write" in vars(stream):
                continue
            stream.write = hearing(stream.write, number)
            heard.append((stream, stream.write))
        except (AttributeError, TypeError):
            pass


def unhear_output():
    while heard:
        stream, ours = heard.pop()
        try:
            if vars(stream).get("write") is ours:
                del stream.write
        except (AttributeError, TypeError):
            pass


def hearing(write, number):
    begun = [""]

    def heard_write(text):
        listener = listening.get(_thread.get_ident())
        if listener is not None and isinstance(text, str):
            listener.append(text)
            return len(text)
        count = write(text)
        if on:
            try:
                lines = cut(begun[0] + text)
                begun[0] = "" if lines and lines[-1].endswith("\n") or not lines else lines.pop()
                for line in lines:
                    tell("output", 0, (number, 1), line)
            except Exception:
                mistake()
        return count
    return heard_write


# ---- python3 -m loopscope ---------------------------------------------------------------------------

USAGE = """usage: python3 -m loopscope [--wait] [--socket PATH] FILE [ARGS]
       python3 -m loopscope [--wait] [--socket PATH] -m MODULE [ARGS]
       python3 -m loopscope [--wait] [--socket PATH] -c CODE [ARGS]

Runs a program as python3 does, and lets `loopscope attach --socket PATH` come to it.

  --wait         the program begins when somebody has attached
  --socket PATH  the socket's file; otherwise one in a folder that is this user's alone
"""


def main(arguments):
    global runs_main
    wait, path = False, None
    while arguments:
        word = arguments.pop(0)
        if word == "--wait":
            wait = True
        elif word == "--socket" and arguments:
            path = arguments.pop(0)
        elif word in ("-h", "--help"):
            sys.stdout.write(USAGE)
            return 0
        elif word in ("-m", "-c") and arguments:
            way, program = {"-m": "module", "-c": "code"}[word], arguments.pop(0)
            break
        elif word.startswith("-") and word != "-":
            sys.stderr.write("loopscope: `%s` is not understood here\n%s" % (word, USAGE))
            return 2
        else:
            way, program = "file", word
            break
    else:
        sys.stderr.write(USAGE)
        return 2
    if way == "file" and not os.path.exists(program):
        sys.stderr.write("loopscope: there is no file `%s`\n" % program)
        return 2
    runs_main = True
    if sys.path and not getattr(sys.flags, "safe_path", False):
        sys.path[0] = ""
    loop_threads.add(_thread.get_ident())
    if listen(path) is None:
        return 2
    while wait and not on:
        time.sleep(0.01)
    run({}, way, program, arguments)


if __name__ == "__main__":
    import loopscope
    sys.exit(loopscope.main(sys.argv[1:]))
