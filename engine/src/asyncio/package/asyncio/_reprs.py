"""How handles are shown, and messages about callbacks."""

import sys


def handle_repr(handle):
    """`<Handle greet() at hello.py:3>`, as CPython shows it."""
    info = [handle.__class__.__name__]
    if handle._cancelled:
        info.append('cancelled')
    when = getattr(handle, '_when', None)
    if when is not None:
        info.append(f'when={when}')
    if handle._callback is not None:
        from . import format_helpers
        # Up to 3.12 arguments are shown in any case.
        debug = handle._loop.get_debug() or sys.version_info < (3, 13)
        info.append(format_helpers._format_callback_source(
            handle._callback, handle._args, debug=debug))
    if handle._source_traceback:
        frame = handle._source_traceback[-1]
        info.append(f'created at {frame[0]}:{frame[1]}')
    return '<{}>'.format(' '.join(info))


def callback_message(handle):
    """The message for an exception that a callback raised."""
    from . import format_helpers
    shown = format_helpers._format_callback_source(
        handle._callback, handle._args, debug=handle._loop.get_debug())
    return f'Exception in callback {shown}'


def source_stack():
    """Where the program is now, for debug mode."""
    from . import format_helpers
    return format_helpers.extract_stack(sys._getframe(1))
