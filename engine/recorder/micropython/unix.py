# What `loopscope run --python micropython` starts with: it begins to record, may be held by the host,
# and runs the program in the namespace that it would have had.
#
# It is run with `told`: what the host says (a dict), `source`: the text of loopscope_rec.py, and `main`:
# the namespace of the program.

import builtins
import io
import select
import sys
import time

# Short forms of events, and what they are short for.
KINDS = {0x66: 17, 0x67: 23, 0x68: 22, 0x6A: 24, 0x6B: 25, 0x6C: 26, 0x6D: 27, 0x6E: 21, 0x70: 21,
         0x71: 21, 0x72: 32, 0x73: 32, 0x74: 32}
NAMES = {
    4: "output", 10: "loop-new", 12: "loop-run", 13: "loop-stop-request", 21: "handle-new",
    22: "timer-new", 23: "timer-due", 24: "timer-cancel", 25: "timer-drop", 27: "handle-done",
    28: "handle-cancel", 29: "handle-skip", 30: "task-new", 31: "task-step", 32: "task-suspend",
    33: "task-done", 34: "task-cancel", 35: "future-new", 36: "future-done", 37: "future-link",
    38: "handler-set", 39: "handler-call", 40: "watcher-add", 41: "watcher-remove"}
RUN_START, EXIT = 1, 3
# The records at which Python may run: the loop is between two steps, or there is none.
PLACES = (RUN_START, EXIT, 17, 18, 26, 14)
# What may be asked for: to hold, to run Python, to interrupt.
CAN = 1 << 0 | 1 << 1 | 1 << 3
END, EXITED, RAISED, SYNTAX, INTERRUPTED = range(5)
# What tracebacks call our own lines.
OURS = "<loopscope>"
# How long the loop may sleep before the host is heard, in ms, and after how many records it is.
NAP, OFTEN = 20, 64

rec = {}
exec(compile(source, OURS, "exec"), rec)
session = told["paused"]
seq = 0
left = 0
wanted = 0
pausing = False
holding = False
detached = False
requests = open(4, "rb") if session else None
poller = select.poll()
code_so_far = []


def gate(code):
    """A record was sent: hold here, if it is one to hold at."""
    global seq, left, pausing
    seq += 1
    if holding or detached:
        return
    code &= 0x7F
    kind = KINDS.get(code, code)
    if session and not seq % OFTEN:
        hear()
    hit = pausing or wanted >> kind & 1
    if left:
        left -= 1
        hit = hit or not left
    if hit or (kind == EXIT and session):
        hold(kind)


def hold(kind):
    """Holds, and does what the host asks meanwhile, until it lets go. `kind` 0: before the start."""
    global holding, left, wanted, pausing
    holding, left, wanted, pausing = True, 0, 0, False
    if kind:
        answer(2, seq)
    interrupted = False
    while holding:
        try:
            serve(kind)
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt


def hear():
    """Takes what the host has asked for meanwhile."""
    while not detached and poller.poll(0):
        serve(None)


def serve(kind):
    """One request. `kind`: at which record the program is held; None: it runs."""
    global holding, left, wanted, pausing, detached
    head = requests.read(2)
    if len(head) < 2:
        # The host is gone, and so will this process be.
        detached, holding = True, False
        return
    body = requests.read(head[1] + 1)
    if head[0] != 0x65:
        return
    what = body[0]
    if what == 1:
        greet()
    elif what in (2, 10):
        left, at = number(body, 1)
        low, at = number(body, at)
        high, at = number(body, at)
        wanted = low | high << 64
        holding = False
    elif what == 3:
        pausing = True
    elif what == 5:
        code_so_far.append(bytes(body[2:-1]))
        if not body[1]:
            code = b"".join(code_so_far).decode()
            code_so_far.clear()
            statement(kind, code)
    elif what == 7:
        detached, holding = True, False
    elif what in (4, 9):
        answer(4, None, "A program in MicroPython tells no such thing.")


def number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def answer(what, count=None, text="", flags=b""):
    """A reply: its number, and a count or a text, which may take several pieces."""
    data = text.encode()
    while True:
        piece = data[:240]
        data = data[240:]
        body = bytearray()
        if count is not None:
            while count > 127:
                body.append(count & 127 | 128)
                count >>= 7
            body.append(count)
        if flags:
            body.extend(flags)
            body.append(1 if data else 0)
        body.extend(piece)
        rec["_item"](0x64, what, body)
        if not data:
            return


def greet():
    rec["_greet"](CAN, told["pid"])


def statement(kind, code):
    if kind is None:
        answer(4, None, "The program runs; pause it first.")
        return
    if kind and kind not in PLACES:
        answer(4, None, "Python cannot run at this %s record, because a handle or the main program is "
               "in the middle of its work; go on to the next handle-run (until handle-run) first."
               % NAMES.get(kind, "kind of"))
        return
    main = namespace()
    who, running = rec["_who"], rec["_running"]
    rec["_who"], rec["_running"] = 1, None
    lent = "loop" not in main
    if lent:
        main["loop"] = rec["core"].Loop
    good, shown, said = True, "", []
    plain = builtins.print

    def heard(*args, sep=" ", end="\n", **kw):
        if kw:
            plain(*args, sep=sep, end=end, **kw)
        else:
            said.append(sep.join(str(arg) for arg in args) + end)

    builtins.print = heard
    try:
        try:
            value = eval(code, main)
            shown = "" if value is None else repr(value) + "\n"
        except SyntaxError:
            exec(code, main)
    except BaseException as error:
        good, shown = False, traceback(error)
    builtins.print = plain
    shown = "".join(said) + shown
    if lent and main.get("loop") is rec["core"].Loop:
        del main["loop"]
    rec["_look_for_cancels"]()
    rec["_who"], rec["_running"] = who, running
    answer(3, None, shown, b"\x01" if good else b"\x00")


def nap(queue, dt):
    """Sleeps in the loop's place, and hears the host now and then."""
    began = time.ticks_ms()
    while True:
        passed = time.ticks_diff(time.ticks_ms(), began)
        rest = NAP if dt < 0 else max(min(dt - passed, NAP), 0)
        rec["_wait_real"](queue, rest)
        hear()
        core = rec["core"]
        head = rec["_context"]["_task_queue"].peek()
        if (rec["_woken"] or 0 <= dt <= time.ticks_diff(time.ticks_ms(), began)
                or core._io_queue is not queue
                or head and time.ticks_diff(head.ph_key, time.ticks_ms()) <= 0):
            return


def traceback(error):
    """What the interpreter prints of an exception, without the frames of ours."""
    text = io.StringIO()
    sys.print_exception(error, text)
    ours = tuple('  File "' + file for file in (OURS, "<stdin>", "<string>"))
    lines = [line for line in text.getvalue().split("\n") if not line.startswith(ours)]
    # Without a frame there is no heading above it.
    if len(lines) > 1 and lines[0].startswith("Traceback") and not lines[1].startswith("  File"):
        del lines[0]
    return "\n".join(lines)


def signed(x):
    return x << 1 if x >= 0 else (-x << 1) - 1


def tell_exit(code, how, text):
    if text:
        rec["_text"](1, text)
    rec["_head"](EXIT | 0x80)
    for each in (0, signed(code), how, 1 if text else 0):
        rec["_var"](each)
    rec["_send"]()


def import_main(name):
    """Runs a module as `-m` does, with all that belongs to that: a package's __init__ first, and its
    own imports from beside it. The import of no names but False makes it the main one."""
    module = __import__(name, None, None, False)
    if hasattr(module, "__path__"):
        import_main(name + ".__main__")


def namespace():
    """The namespace of the program: a module's own, once it is there."""
    if told["module"]:
        for name in (told["name"] + ".__main__", told["name"]):
            if name in sys.modules:
                return sys.modules[name].__dict__
    return main


def run():
    if session:
        poller.register(requests, select.POLLIN)
        rec["sleeper"] = nap
    rec["gate"], rec["values"] = gate, True
    sys.argv[:] = [told["name"]] + told["args"]
    sys.path[0] = told["folder"]
    # The program's own asyncio, if it brings one, is recorded as well.
    rec["start"](open(3, "wb"), 0, CAN, told["pid"])
    file = rec["_name"](told["name"])
    if session:
        hold(0)
    # It is no loop's.
    rec["_head"](RUN_START | 0x80)
    rec["_var"](0)
    # The dialect of firmware, a real clock.
    rec["_var"](4)
    rec["_var"](2)
    rec["_var"](signed(time.time_ns()))
    rec["_zeros"](2)
    rec["_var"](file)
    rec["_send"]()
    rec["install"]()
    code, how, text = 0, END, ""
    try:
        program = None
        try:
            if told["module"]:
                import_main(told["name"])
            else:
                with open(told["name"]) as source:
                    program = compile(source.read(), told["name"], "exec")
                main["__file__"] = told["name"]
        except SyntaxError:
            how = SYNTAX
            raise
        except Exception:
            how = RAISED
            raise
        how = RAISED
        if program:
            exec(program, main)
        how = END
    except SystemExit as error:
        code = error.args[0] if error.args else 0
        how = EXITED
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code)
            code = 1
        code &= 255
    except BaseException as error:
        code = 1
        if isinstance(error, KeyboardInterrupt):
            how = INTERRUPTED
        text = rec["_shown"](error)
        sys.stderr.write(traceback(error))
    try:
        tell_exit(code, how, text)
    except KeyboardInterrupt:
        pass
    sys.exit(code)


run()
