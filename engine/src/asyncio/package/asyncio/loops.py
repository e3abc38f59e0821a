"""The loop class: native where it is hot, this file for the rest.

Transports, servers, pipes, subprocesses and executors come from the interpreter's own loop class,
which is imported when the first of them is needed. From then on it is a base of ours; until then
stand-ins take the place of its methods.
"""

__all__ = ('SelectorEventLoop', 'EventLoop')

import os
import sys

import _loopscope

from . import events
from .events import AbstractEventLoop

_of_3_6 = None
if _loopscope.dialect() == 'cpython-3.6':
    from . import _of_3_6

# What an exception handler may raise without leaving the loop.
_KEPT = Exception if _of_3_6 else BaseException


def _run_until_complete_cb(future):
    if not future.cancelled():
        exc = future.exception()
        if isinstance(exc, (SystemExit, KeyboardInterrupt)) or _of_3_6 and _of_3_6.leaves(exc):
            # It leaves the loop already; stop() would only spoil the next run.
            return
    future._loop.stop()


def _is_finalizing(sys=sys):
    """Whether the interpreter ends; the module's own names may be gone by then."""
    return sys.is_finalizing() or sys.meta_path is None


def _sighandler_noop(signum, frame):
    """The signal's number in the self-pipe is what counts."""


def _debug_mode():
    return sys.flags.dev_mode or (not sys.flags.ignore_environment
                                  and bool(os.environ.get('PYTHONASYNCIODEBUG')))


class _Default:
    """An attribute that the library's loop classes keep, made when it is first looked for."""

    def __init__(self, make):
        self._make = make

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, loop, owner=None):
        if loop is None:
            return self
        value = loop.__dict__[self._name] = self._make()
        return value


def _weak_set():
    import weakref
    return weakref.WeakSet()


def _weak_dict():
    import weakref
    return weakref.WeakValueDictionary()


# The methods that come from the library, until it is a base class of ours: coroutines, and others.
_COROUTINES = '''subprocess_exec subprocess_shell connect_read_pipe connect_write_pipe
    create_connection create_server create_datagram_endpoint create_unix_connection
    create_unix_server connect_accepted_socket start_tls sendfile sock_recv sock_recv_into
    sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto sock_connect sock_accept
    sock_sendfile getaddrinfo getnameinfo'''
_FUNCTIONS = 'set_default_executor _check_default_executor _accept_connection'


def _library():
    """The library's loop class."""
    from . import unix_events
    return _adopted


def _child_watcher():
    """The watcher of the policy in force; 3.14 has none but the library's own."""
    if _loopscope.dialect() != 'cpython-3.14':
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', DeprecationWarning)
            return events.get_child_watcher()
    from . import unix_events
    from . import child_watchers
    return child_watchers.default()


def _module(name):
    """A module under the name by which CPython's loop calls it, where that is there."""
    unix_events = sys.modules.get('asyncio.unix_events')
    module = getattr(unix_events, name, None)
    return __import__(name) if module is None else module


class _Selector:
    """What the library asks of a loop's selector when it shows a transport."""

    def __init__(self, loop):
        self._loop = loop

    def get_key(self, fd):
        from selectors import EVENT_READ, EVENT_WRITE, SelectorKey
        fd = self._loop._fileno(fd)
        events = (self._loop._is_watched(fd, False) * EVENT_READ
                  | self._loop._is_watched(fd, True) * EVENT_WRITE)
        if not events:
            raise KeyError(f'{fd!r} is not registered')
        return SelectorKey(fd, fd, events, (None, None))


class BaseEventLoop(_loopscope.Loop):
    """What is the same for a loop of readiness and for one of completions."""

    _default_executor = _Default(lambda: None)
    _executor_shutdown_called = _Default(lambda: False)
    _asyncgens_shutdown_called = _Default(lambda: False)
    _exception_handler = _Default(lambda: None)
    _current_handle = _Default(lambda: None)
    _signal_handlers = _Default(dict)
    _unix_server_sockets = _Default(dict)
    _asyncgens = _Default(_weak_set)
    _transports = _Default(_weak_dict)
    _coroutine_origin_tracking_enabled = _Default(lambda: False)
    _selector = property(lambda self: None if self.is_closed() else _Selector(self))
    _clock_resolution = 1e-09
    # There is a self-pipe, but it is not made of sockets.
    _internal_fds = property(lambda self: 0 if self.is_closed() else 1)
    _ssock = _csock = None
    slow_callback_duration = _Default(lambda: 0.1)

    def __init__(self, selector=None):
        if _debug_mode():
            self._set_debug(True)
        _log_debug('Using selector: %s', 'EpollSelector')

    def __repr__(self):
        return (f'<{self.__class__.__name__} running={self.is_running()} '
                f'closed={self.is_closed()} debug={self.get_debug()}>')

    def __del__(self, _is_finalizing=_is_finalizing):
        if self.is_closed() or self.is_running() or _is_finalizing():
            # At the very end nothing needs to be closed, and the records have ended.
            return
        import warnings
        self._note_lint('unclosed-loop', f'{self!r} was dropped without being closed.')
        warnings.warn(f'unclosed event loop {self!r}', ResourceWarning, source=self)
        self.close()

    # ---- running -------------------------------------------------------------------------------

    def run_forever(self):
        """Run until stop() is called."""
        self._check_closed()
        self._check_running()
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook,
                               finalizer=self._asyncgen_finalizer_hook)
        try:
            self._set_coroutine_origin_tracking(self.get_debug())
            self._run()
        finally:
            self._set_coroutine_origin_tracking(False)
            sys.set_asyncgen_hooks(*hooks)

    def _set_coroutine_origin_tracking(self, enabled):
        """In debug mode a coroutine that is never awaited tells where it was made."""
        if bool(enabled) == self._coroutine_origin_tracking_enabled:
            return
        if enabled:
            if _of_3_6:
                _of_3_6.log_never_yielded()
            self._coroutine_origin_tracking_saved_depth = sys.get_coroutine_origin_tracking_depth()
            depth = 10
        else:
            depth = self._coroutine_origin_tracking_saved_depth
        sys.set_coroutine_origin_tracking_depth(depth)
        self._coroutine_origin_tracking_enabled = bool(enabled)

    def run_until_complete(self, future):
        """Run until the Future is done, and return its result or raise its exception."""
        self._check_closed()
        if not _of_3_6:
            self._check_running()
        from . import futures, tasks
        new_task = not futures.isfuture(future)
        future = tasks.ensure_future(future, loop=self)
        if new_task:
            # That it did not finish is told by an exception, so nothing else needs to.
            future._log_destroy_pending = False
        future.add_done_callback(_run_until_complete_cb)
        self._runs_until(future)
        try:
            self.run_forever()
        except:
            if new_task and future.done() and not future.cancelled():
                # The caller has no other way to the exception that comes out here.
                future.exception()
            raise
        finally:
            future.remove_done_callback(_run_until_complete_cb)
        if not future.done():
            raise RuntimeError('Event loop stopped before Future completed.')
        return future.result()

    def close(self):
        """Close the event loop. The loop must not be running; pending callbacks are lost."""
        if self.is_running():
            raise RuntimeError('Cannot close a running event loop')
        if self.is_closed():
            return
        if self.get_debug():
            _log_debug('Close %r', self)
        handlers = self.__dict__.get('_signal_handlers', ())
        if handlers and _module('sys').is_finalizing():
            import warnings
            warnings.warn(f'Closing the loop {self!r} on interpreter shutdown stage, skipping '
                          'signal handlers removal', ResourceWarning, source=self)
            handlers.clear()
        for sig in list(handlers):
            self.remove_signal_handler(sig)
        self._close()
        self._executor_shutdown_called = True
        executor = self._default_executor
        if executor is not None:
            self._default_executor = None
            executor.shutdown(wait=False)

    def set_debug(self, enabled):
        """Set the debug mode of the event loop."""
        self._set_debug(bool(enabled))
        if self.is_running():
            self.call_soon_threadsafe(self._set_coroutine_origin_tracking, enabled)

    _debug = property(lambda self: self.get_debug(), lambda self, value: self._set_debug(value))
    _closed = property(lambda self: self.is_closed())

    def _check_thread(self):
        if self.is_running() and not self._runs_here():
            self._note_lint('not-threadsafe',
                            'call_soon() was called from another thread: the loop may sleep on.')
            raise RuntimeError(
                'Non-thread-safe operation invoked on an event loop other than the current one')

    def _check_callback(self, callback, method):
        from . import coroutines
        if coroutines.iscoroutine(callback) or coroutines._iscoroutinefunction(callback):
            raise TypeError(f'coroutines cannot be used with {method}()')
        if not callable(callback):
            raise TypeError(
                f'a callable object was expected by {method}(), got {callback!r}')

    def _report_slow(self, job, took):
        """In debug mode, after each handle has run; `job` is it, or a task."""
        if took >= self.slow_callback_duration:
            from . import tasks
            # Of a task's step the task is more telling than the handle.
            owner = getattr(getattr(job, '_callback', None), '__self__', None)
            shown = owner if isinstance(owner, tasks.Task) else job
            _logger().warning('Executing %s took %.3f seconds', repr(shown), took)

    def _report_poll(self, timeout, took, events):
        """In debug mode of 3.6, after each poll that could sleep."""
        if not _is_logging():
            return
        from logging import DEBUG, INFO
        level = INFO if took >= 1 else DEBUG
        took *= 1e3
        if timeout is None:
            _logger().log(level, 'poll took %.3f ms: %s events', took, events)
        elif events:
            _logger().log(
                level, 'poll %.3f ms took %.3f ms: %s events', timeout * 1e3, took, events)
        elif level == INFO:
            _logger().log(level, 'poll %.3f ms took %.3f ms: timeout', timeout * 1e3, took)

    # ---- executors ---------------------------------------------------------------------------------

    def run_in_executor(self, executor, func, *args):
        """Arrange for func to be called in the specified executor."""
        self._outside('executor')
        submit = _library().run_in_executor
        if not _loopscope.recording():
            return submit(self, executor, func, *args)
        self._check_closed()
        if self.get_debug():
            self._check_callback(func, 'run_in_executor')
        if executor is None:
            executor = self._default_executor
            self._check_default_executor()
            if executor is None:
                from concurrent.futures import ThreadPoolExecutor
                executor = self._default_executor = ThreadPoolExecutor(
                    thread_name_prefix='asyncio')
        from . import _outside
        return _outside.job_of(executor, self._number,
                               lambda noting: submit(self, noting, func, *args))

    # ---- processes and pipes: what makes the clock real before anything else does -----------------

    async def _make_subprocess_transport(self, *args, **kwargs):
        make = _library()._make_subprocess_transport
        self._outside('subprocess')
        watcher = _child_watcher()
        with watcher:
            if not watcher.is_active() and not _of_3_6:
                raise RuntimeError('asyncio.get_child_watcher() is not activated, '
                                   'subprocess support is not installed.')
            self._watcher = watcher
            return await make(self, *args, **kwargs)

    def _make_read_pipe_transport(self, *args, **kwargs):
        self._outside('pipe')
        return _library()._make_read_pipe_transport(self, *args, **kwargs)

    def _make_write_pipe_transport(self, *args, **kwargs):
        self._outside('pipe')
        return _library()._make_write_pipe_transport(self, *args, **kwargs)

    # ---- descriptors -----------------------------------------------------------------------------

    def _fileno(self, fileobj):
        if isinstance(fileobj, int):
            fd = fileobj
        else:
            try:
                fd = int(fileobj.fileno())
            except (AttributeError, TypeError, ValueError):
                raise ValueError(f'Invalid file object: {fileobj!r}') from None
        if fd < 0:
            raise ValueError(f'Invalid file descriptor: {fd}')
        return fd

    def _ensure_fd_no_transport(self, fd):
        transports = self.__dict__.get('_transports')
        if transports:
            transport = transports.get(self._fileno(fd))
            if transport and not transport.is_closing():
                raise RuntimeError(
                    f'File descriptor {fd!r} is used by transport {transport!r}')

    def _add_reader(self, fd, callback, *args):
        self._check_closed()
        return self._add_watcher(self._fileno(fd), False, callback, args)

    def _remove_reader(self, fd):
        if self.is_closed():
            return False
        return self._remove_watcher(self._fileno(fd), False)

    def _add_writer(self, fd, callback, *args):
        self._check_closed()
        return self._add_watcher(self._fileno(fd), True, callback, args)

    def _remove_writer(self, fd):
        if self.is_closed():
            return False
        return self._remove_watcher(self._fileno(fd), True)

    def add_reader(self, fd, callback, *args):
        """Add a reader callback."""
        self._ensure_fd_no_transport(fd)
        self._add_reader(fd, callback, *args)

    def remove_reader(self, fd):
        """Remove a reader callback."""
        self._ensure_fd_no_transport(fd)
        return self._remove_reader(fd)

    def add_writer(self, fd, callback, *args):
        """Add a writer callback."""
        self._ensure_fd_no_transport(fd)
        self._add_writer(fd, callback, *args)

    def remove_writer(self, fd):
        """Remove a writer callback."""
        self._ensure_fd_no_transport(fd)
        return self._remove_writer(fd)

    # ---- signals -----------------------------------------------------------------------------------

    def _check_signal(self, sig):
        signal = _module('signal')
        if not isinstance(sig, int):
            raise TypeError(f'sig must be an int, not {sig!r}')
        if sig not in signal.valid_signals():
            end = 65 if sys.platform == 'linux' else 32
            raise ValueError(f'sig {sig} out of range(1, {end})' if _of_3_6
                             else f'invalid signal number {sig}')

    def add_signal_handler(self, sig, callback, *args):
        """Add a handler for a signal."""
        import errno
        from . import coroutines
        signal = _module('signal')
        if coroutines.iscoroutine(callback) or coroutines._iscoroutinefunction(callback):
            raise TypeError('coroutines cannot be used with add_signal_handler()')
        self._check_signal(sig)
        self._check_closed()
        try:
            signal.set_wakeup_fd(self._wakeup_fd())
        except (ValueError, OSError) as exc:
            raise RuntimeError(str(exc))
        before = self._signal_handlers.get(sig)
        try:
            signal.signal(sig, _sighandler_noop)
            signal.siginterrupt(sig, False)
        except OSError as exc:
            self._signal_handlers.pop(sig, None)
            if not self._signal_handlers:
                self._stop_hearing(signal)
            if exc.errno == errno.EINVAL:
                raise RuntimeError(f'sig {sig} cannot be caught')
            raise
        handle = self._add_signal(int(sig), before is not None, callback, args)
        self._signal_handlers[sig] = handle

    def _handle_signal(self, sig):
        handle = self._signal_handlers.get(sig)
        if handle is None:
            return
        if handle._cancelled:
            self.remove_signal_handler(sig)
        else:
            self._signal_arrived(int(sig), handle)

    def remove_signal_handler(self, sig):
        """Remove a handler for a signal; True if there was one."""
        import errno
        signal = _module('signal')
        self._check_signal(sig)
        try:
            del self._signal_handlers[sig]
        except KeyError:
            return False
        self._remove_signal(int(sig))
        handler = signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL
        try:
            signal.signal(sig, handler)
        except OSError as exc:
            if exc.errno == errno.EINVAL:
                raise RuntimeError(f'sig {sig} cannot be caught')
            raise
        if not self._signal_handlers:
            self._stop_hearing(signal)
        return True

    def _stop_hearing(self, signal):
        """No signal has a handler. A loop that sleeps is woken by one all the same."""
        self._forget_wakeup_fd()
        try:
            signal.set_wakeup_fd(-1)
        except (ValueError, OSError) as exc:
            _logger().info('set_wakeup_fd(-1) failed: %s', exc)

    # ---- the exception handler -----------------------------------------------------------------------

    def get_exception_handler(self):
        """Return the exception handler, or None if the default one is in use."""
        return self._exception_handler

    def set_exception_handler(self, handler):
        """Set handler as the new event loop exception handler; None restores the default."""
        if handler is not None and not callable(handler):
            raise TypeError(f'A callable object or None is expected, got {handler!r}')
        self._exception_handler = handler
        self._note_handler_set(handler)

    def default_exception_handler(self, context):
        """Log the context's message, its other keys and its exception."""
        import traceback
        message = context.get('message') or 'Unhandled exception in event loop'
        exception = context.get('exception')
        if 'source_traceback' not in context:
            current = self._current_handle
            if current is not None and current._source_traceback:
                context['handle_traceback'] = current._source_traceback
        lines = [message]
        for key in sorted(context):
            if key in {'message', 'exception'}:
                continue
            value = context[key]
            if key in {'source_traceback', 'handle_traceback'}:
                thing = 'Object' if key == 'source_traceback' else 'Handle'
                stack = ''.join(traceback.format_list(value)).rstrip()
                value = f'{thing} created at (most recent call last):\n{stack}'
            else:
                value = repr(value)
            lines.append(f'{key}: {value}')
        info = False
        if exception is not None:
            info = (type(exception), exception, exception.__traceback__)
        _log_error('\n'.join(lines), info)

    def call_exception_handler(self, context):
        """Call the current event loop's exception handler."""
        handler = self._exception_handler
        self._note_handler_call(handler is not None, context)
        if handler is None:
            try:
                self.default_exception_handler(context)
            except (SystemExit, KeyboardInterrupt):
                raise
            except _KEPT:
                _log_error('Exception in default exception handler', True)
            return
        try:
            thing = context.get('task')
            if thing is None:
                thing = context.get('future')
            if thing is None:
                thing = context.get('handle')
            ctx = thing.get_context() if hasattr(thing, 'get_context') else None
            if ctx is not None and hasattr(ctx, 'run'):
                ctx.run(handler, self, context)
            else:
                handler(self, context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except _KEPT as exc:
            try:
                self.default_exception_handler({
                    'message': 'Unhandled error in exception handler',
                    'exception': exc,
                    'context': context,
                })
            except (SystemExit, KeyboardInterrupt):
                raise
            except _KEPT:
                _log_error('Exception in default exception handler while handling an unexpected '
                           'error in custom exception handler', True)

    # ---- asynchronous generators -------------------------------------------------------------------

    def _asyncgen_firstiter_hook(self, agen):
        if self._asyncgens_shutdown_called:
            import warnings
            warnings.warn(
                f'asynchronous generator {agen!r} was scheduled after '
                f'loop.shutdown_asyncgens() call', ResourceWarning, source=self)
        self._asyncgens.add(agen)

    def _asyncgen_finalizer_hook(self, agen):
        self._asyncgens.discard(agen)
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, agen.aclose())

    # ---- shutting down ---------------------------------------------------------------------------------

    async def shutdown_asyncgens(self):
        """Shutdown all active asynchronous generators."""
        self._asyncgens_shutdown_called = True
        generators = self.__dict__.get('_asyncgens')
        self._note_shutdown(len(generators) if generators else 0)
        if not generators:
            return
        closing = list(generators)
        generators.clear()
        from . import tasks
        results = await tasks.gather(*[ag.aclose() for ag in closing], return_exceptions=True)
        for result, agen in zip(results, closing):
            if isinstance(result, Exception):
                self.call_exception_handler({
                    'message': f'an error occurred during closing of asynchronous generator '
                               f'{agen!r}',
                    'exception': result,
                    'asyncgen': agen,
                })

    async def shutdown_default_executor(self, timeout=None):
        """Schedule the shutdown of the default executor, and wait for it."""
        self._executor_shutdown_called = True
        self._note_shutdown(None)
        if self._default_executor is None:
            return
        await _library().shutdown_default_executor(self, timeout)

    def _timer_handle_cancelled(self, handle):
        """Nothing: the heap counts its cancelled timers itself."""


class _UnixSelectorEventLoop(BaseEventLoop, AbstractEventLoop):
    """Loopscope's event loop."""

    __module__ = 'asyncio.unix_events'


def _logger():
    """asyncio's logger, under the name by which CPython's loop calls it, where that is there."""
    base_events = sys.modules.get('asyncio.base_events')
    logger = base_events and base_events.__dict__.get('logger')
    if logger is None:
        from .log import logger
    return logger


def _is_logging():
    """Whether the logging module is there: without it nobody can have configured it."""
    logging = sys.modules.get('logging')
    return logging is not None and 'getLogger' in logging.__dict__


def _log_error(text, exc_info):
    """`logger.error`, without importing the logging module where nobody has configured it."""
    if _is_logging():
        _logger().error(text, exc_info=exc_info)
        return
    import traceback
    if exc_info is True:
        exc_info = sys.exc_info()
    stderr = sys.stderr
    if stderr is None:
        return
    lines = [text, '\n']
    if exc_info:
        lines += traceback.format_exception(*exc_info)
    stderr.write(''.join(lines))
    stderr.flush()


def _log_debug(text, *args):
    """`logger.debug`, where somebody could have asked for it."""
    if _is_logging():
        _logger().debug(text, *args)


class _Later:
    """A function of the library's loop class that is looked up when somebody looks at it."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        return getattr(getattr(_library(), self._name), attribute)

    def __call__(self, *args, **kwargs):
        return getattr(_library(), self._name)(*args, **kwargs)


def _borrow(name, is_coroutine):
    """A method of the library's loop class, which is imported when it is first called."""
    if is_coroutine:
        async def method(self, *args, **kwargs):
            return await getattr(_library(), name)(self, *args, **kwargs)
    else:
        def method(self, *args, **kwargs):
            return getattr(_library(), name)(self, *args, **kwargs)
    method.__name__ = name
    method.__qualname__ = f'_UnixSelectorEventLoop.{name}'
    # What `inspect.signature` tells.
    method.__wrapped__ = _Later(name)
    return method


_borrowed = {name: _borrow(name, names is _COROUTINES)
             for names in (_COROUTINES, _FUNCTIONS) for name in names.split()}
for _name, _method in _borrowed.items():
    setattr(_UnixSelectorEventLoop, _name, _method)
del _name, _method
if _of_3_6:
    _of_3_6.hide_methods(_UnixSelectorEventLoop, _borrowed)

_adopted = None


def adopt(module, base):
    """Makes a loop class of the library, which has just been imported, a base of ours."""
    global _adopted
    _UnixSelectorEventLoop.__bases__ = (BaseEventLoop, base)
    if base.__name__ != _UnixSelectorEventLoop.__name__:
        return
    _adopted = base
    for name in _borrowed:
        delattr(_UnixSelectorEventLoop, name)
    # Who asks that module for the loop class means the one that is in use.
    for name in ('_UnixSelectorEventLoop', 'SelectorEventLoop', 'EventLoop'):
        setattr(module, name, _UnixSelectorEventLoop)


SelectorEventLoop = _UnixSelectorEventLoop
EventLoop = SelectorEventLoop
