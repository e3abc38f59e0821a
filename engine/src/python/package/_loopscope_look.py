"""What a program has where it is held: its frames with their locals, and the values of expressions.

Nothing here changes anything. It runs within limits, and nothing of it is recorded.
"""

import builtins

# How many frames are looked at, and how many names of each are told.
DEEPEST = 64
NAMES = 100

_FRAMES = {'coroutine': ('cr_frame', 'cr_await'), 'generator': ('gi_frame', 'gi_yieldfrom'),
           'async_generator': ('ag_frame', 'ag_await')}


def chain(coro):
    """The frames of coroutines that await each other, the innermost first."""
    frames = []
    while coro is not None and len(frames) < DEEPEST:
        names = _FRAMES.get(type(coro).__name__)
        frame = names and getattr(coro, names[0])
        if not frame:
            break
        frames.append(frame)
        coro = getattr(coro, names[1])
    return frames[::-1]


def stack(top):
    """The frames that run, the innermost first."""
    frames = []
    while top is not None and len(frames) < DEEPEST:
        frames.append(top)
        top = top.f_back
    return frames


def frames_of(task, running, top, tasks, is_own):
    """The frames of a task, or of what runs. Those of the library count only where there are no others."""
    frames = chain(dict(tasks).get(task))
    # One that runs, and has not just given up control, is among the frames that do.
    on_the_stack = stack(top)
    if task == 0 or task == running and (not frames or any(each is frames[-1]
                                                           for each in on_the_stack)):
        frames = on_the_stack
    return [frame for frame in frames if is_own(frame.f_code.co_filename)] or frames


def name_of(frame):
    return getattr(frame.f_code, 'co_qualname', frame.f_code.co_name)


def shown_names(frame):
    """The names of a frame's locals that are worth showing, with their values."""
    found = []
    is_module = frame.f_locals is frame.f_globals or frame.f_code.co_name == '<module>'
    for name, value in list(frame.f_locals.items()):
        kind = type(value).__name__
        if is_module and (name.startswith('__') or kind in ('module', 'function', 'type')):
            continue
        found.append((name, value))
    return found[:NAMES]


def plain(text):
    """A text that is one field of a line."""
    return ' '.join(text.split('\n')).replace('\t', ' ')


def locals_of(task, running, top, tasks, is_own, shown_file, show):
    """A line for each frame, and behind it one for each of its locals."""
    lines = []
    for frame in frames_of(task, running, top, tasks, is_own):
        file = plain(shown_file(frame.f_code.co_filename))
        lines.append('frame\t%s:%d\t%s' % (file, frame.f_lineno or 0, plain(name_of(frame))))
        for name, value in shown_names(frame):
            lines.append('local\t%s\t%s' % (plain(name), plain(show(value))))
    return '\n'.join(lines)


def candidates(scope, running, top, tasks, is_own):
    """Where a name is looked for, in this order: `task:function` and the frame.

    A scope is `task:function`, `task#frame`, or nothing: then what runs comes first, and after it all
    tasks that wait.
    """
    def named(task):
        return [('%d:%s' % (task, name_of(frame)), frame)
                for frame in frames_of(task, running, top, tasks, is_own)]

    if '#' in scope:
        task, number = scope.split('#')
        return named(int(task))[int(number):]
    if scope:
        return [each for each in named(int(scope.partition(':')[0])) if each[0] == scope]
    found = named(running)
    for number, coro in tasks:
        if number != running:
            found += named(number)
    return found


def value_of(text, scope, running, top, tasks, is_own, main, loop, show):
    """The value of an expression, and the scope in which its names were found."""
    code = compile(text.strip(), '<print>', 'eval')
    wanted = set(code.co_names)
    for found, frame in candidates(scope, running, top, tasks, is_own):
        own = dict(frame.f_locals)
        if not scope and not wanted & own.keys():
            continue
        try:
            value = eval(code, {**frame.f_globals, **own})
        except NameError:
            continue
        return 'value\t%s\t%s' % (found, plain(show(value)))
    if scope and '#' not in scope:
        return 'gone'
    space = dict(main)
    if loop is not None:
        space.setdefault('loop', loop)
    return 'value\t0:<module>\t%s' % plain(show(eval(code, space)))
