"""What CPython 3.6 has otherwise, for its dialect: put right in each module of the library when it is
imported, by `_adjust`, and in our own loop class.
"""

import functools
import types

import _loopscope

# Names of `asyncio` that came later.
CAME_LATER = frozenset('''Server BrokenBarrierError Barrier SendfileNotAvailableError Runner run
    QueueShutDown create_task current_task all_tasks create_eager_task_factory eager_task_factory
    _register_task _unregister_task _enter_task _leave_task TaskGroup to_thread Timeout timeout
    timeout_at BufferedProtocol EventLoop get_running_loop PidfdChildWatcher MultiLoopChildWatcher
    ThreadedChildWatcher'''.split())

# Those of before, and where they are.
OF_BEFORE = {'coroutines': 'coroutine', 'tasks': 'async'}

# How many frames of where a coroutine was made are kept in debug mode.
_DEPTH = 10

_LATER_METHODS = '''sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendto sock_sendfile sendfile
    start_tls shutdown_default_executor'''.split()


_TLS_TIMEOUTS = ('ssl_handshake_timeout', 'ssl_shutdown_timeout')
_LATER_KEYWORDS = {
    'connect_accepted_socket': _TLS_TIMEOUTS,
    'create_connection': (*_TLS_TIMEOUTS, 'happy_eyeballs_delay', 'interleave', 'all_errors'),
    'create_server': ('keep_alive', *_TLS_TIMEOUTS, 'start_serving'),
    'create_unix_connection': _TLS_TIMEOUTS,
    'create_unix_server': (*_TLS_TIMEOUTS, 'start_serving', 'cleanup_socket'),
}


def log_never_yielded():
    """In debug mode what nobody awaits is logged, and then warned of."""
    import warnings
    from .log import logger
    warn = warnings._warn_unawaited_coroutine
    if hasattr(warn, 'is_logged'):
        return

    def _warn_unawaited_coroutine(coroutine):
        origin = coroutine.cr_origin
        if origin:
            import traceback
            code, (file, line, _) = coroutine.cr_code, origin[0]
            created = ''.join(traceback.format_list(
                [(*place, None) for place in reversed(origin)])).rstrip()
            logger.error(
                f'<CoroWrapper {coroutine.__qualname__}() running at {code.co_filename}:'
                f'{code.co_firstlineno}, created at {file}:{line}> was never yielded from\n'
                f'Coroutine object created at (most recent call last, truncated to {_DEPTH} last '
                f'lines):\n{created}')
        warn(coroutine)

    _warn_unawaited_coroutine.is_logged = True
    warnings._warn_unawaited_coroutine = _warn_unawaited_coroutine


class _Absent:
    """In the place of a method: there is none."""

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, thing, owner=None):
        of = owner.__name__ if thing is None else type(thing).__name__
        raise AttributeError(f'{of!r} object has no attribute {self._name!r}')


def hide_methods(loop_class, borrowed):
    """Takes later methods off the loop class, and off those that it borrows."""
    for name in _LATER_METHODS:
        borrowed.pop(name, None)
        absent = _Absent()
        absent.__set_name__(loop_class, name)
        setattr(loop_class, name, absent)


def leaves(exception):
    """Whether an exception of a task leaves the loop as well."""
    return exception is not None and not isinstance(exception, Exception)


def _taking_loop(function):
    """The same function, with the argument `loop`, which nothing is left to do with."""
    @functools.wraps(function)
    def called(*args, loop=None, **keywords):
        return function(*args, **keywords)
    return called


def exceptions(module):
    class Error(Exception):
        """Base class of what a future may end by."""

    for name in ('CancelledError', 'TimeoutError', 'InvalidStateError'):
        made = types.new_class(name, (Error,))
        made.__module__ = 'concurrent.futures._base'
        made.__doc__ = getattr(module, name).__doc__
        setattr(module, name, made)


def coroutines(module):
    def coroutine(func):
        """Marks a generator as a coroutine."""
        import inspect
        from . import futures
        if inspect.iscoroutinefunction(func):
            return func
        made = func
        if not inspect.isgeneratorfunction(func):
            @functools.wraps(func)
            def made(*args, **keywords):
                result = func(*args, **keywords)
                if futures.isfuture(result) or inspect.isgenerator(result):
                    return (yield from result)
                if hasattr(type(result), '__await__'):
                    return (yield from result.__await__())
                return result
        made = types.coroutine(made)
        made._is_coroutine = module._is_coroutine
        return made

    module.coroutine = coroutine
    module._COROUTINE_TYPES += (types.GeneratorType,)


def base_tasks(module):
    def _task_repr_info(task):
        info = module.base_futures._future_repr_info(task)
        if task._must_cancel:
            info[0] = 'cancelling'
        info.insert(1, f'coro=<{module.coroutines._format_coroutine(task._coro)}>')
        if task._fut_waiter is not None:
            info.insert(2, f'wait_for={task._fut_waiter!r}')
        return info

    module._task_repr_info = _task_repr_info


def tasks(module):
    from . import events, futures
    ensured, isfuture = module.ensure_future, futures.isfuture

    def ensure_future(coro_or_future, *, loop=None):
        """Wrap a coroutine in a future."""
        if loop is not None and isfuture(coro_or_future) and coro_or_future._loop is not loop:
            raise ValueError('loop argument must agree with Future')
        return ensured(coro_or_future, loop=loop)

    def sleep(delay, result=None, *, loop=None):
        """Coroutine that completes after a given time (in seconds)."""
        return _loopscope.sleep(delay, result)

    sleep._is_coroutine = module.coroutines._is_coroutine

    async def wait(fs, *, loop=None, timeout=None, return_when=module.ALL_COMPLETED):
        """Wait for the futures and coroutines given by fs to complete."""
        if isfuture(fs) or module.coroutines.iscoroutine(fs):
            raise TypeError(f'expect a list of futures, not {type(fs).__name__}')
        if not fs:
            raise ValueError('Set of coroutines/Futures is empty.')
        if return_when not in (module.FIRST_COMPLETED, module.FIRST_EXCEPTION,
                               module.ALL_COMPLETED):
            raise ValueError(f'Invalid return_when value: {return_when}')
        loop = loop or events.get_event_loop()
        # A set would have an order of its own each time.
        fs = set(dict.fromkeys(ensure_future(each, loop=loop) for each in dict.fromkeys(fs)))
        return await module._wait(fs, timeout, return_when, loop)

    async def wait_for(fut, timeout, *, loop=None):
        """Wait for the single Future or coroutine to complete, with timeout."""
        loop = loop or events.get_event_loop()
        if timeout is None:
            return await fut
        waiter = loop.create_future()
        timer = loop.call_later(timeout, module._release_waiter, waiter)
        release = functools.partial(module._release_waiter, waiter)
        fut = ensure_future(fut, loop=loop)
        fut.add_done_callback(release)
        try:
            try:
                await waiter
            except module.exceptions.CancelledError:
                fut.remove_done_callback(release)
                fut.cancel()
                raise
            if fut.done():
                return fut.result()
            fut.remove_done_callback(release)
            # Nobody waits until that has been heard.
            fut.cancel()
            raise module.exceptions.TimeoutError()
        finally:
            timer.cancel()

    completed, gathered = module.as_completed, module.gather

    def as_completed(fs, *, loop=None, timeout=None):
        """Iterate over coroutines that give the results in the order of completion."""
        return (each for each in completed(fs, timeout=timeout))

    def gather(*coros_or_futures, loop=None, return_exceptions=False):
        """Return a future aggregating results from the given coroutines or futures."""
        if loop is not None:
            made = {each: ensure_future(each, loop=loop) for each in coros_or_futures}
            coros_or_futures = [made[each] for each in coros_or_futures]
        return gathered(*coros_or_futures, return_exceptions=return_exceptions)

    for function in (ensure_future, sleep, wait, wait_for, as_completed, gather):
        function.__module__, function.__qualname__ = module.__name__, function.__name__
        setattr(module, function.__name__, function)
    module.shield = _taking_loop(module.shield)
    setattr(module, 'async', ensure_future)

    def current_task(cls, loop=None):
        """The task that runs on a loop, or None."""
        return module.current_task(loop or events.get_event_loop())

    def all_tasks(cls, loop=None):
        """The tasks of a loop."""
        return module.all_tasks(loop or events.get_event_loop())

    for function in (current_task, all_tasks):
        _loopscope.set_in_class(module.Task, function.__name__, classmethod(function))
    for name in 'get_name set_name get_coro get_context uncancel cancelling get_loop'.split():
        _loopscope.set_in_class(module.Task, name, None)
    _loopscope.set_in_class(futures.Future, 'get_loop', None)
    for handle in (events.Handle, events.TimerHandle):
        for name in ('cancelled', 'get_context', 'when'):
            _loopscope.set_in_class(handle, name, None)


def _bound_at_once(cls):
    """Has a lock belong to the loop that is there when it is made."""
    init = cls.__init__

    @functools.wraps(init)
    def __init__(self, *args, loop=None, **keywords):
        if loop is not None or self._loop is None:
            from . import events
            self._loop = loop or events.get_event_loop()
        init(self, *args, **keywords)

    cls.__init__ = __init__


class _Held:
    """What `with (yield from lock):` leaves by."""

    def __init__(self, lock):
        self._lock = lock

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        self._lock.release()


def locks(module):
    for name in ('Lock', 'Event', 'Condition', 'Semaphore'):
        _bound_at_once(getattr(module, name))

    def __iter__(self):
        yield from self.acquire().__await__()
        return _Held(self)

    module._ContextManagerMixin.__iter__ = module._ContextManagerMixin.__await__ = __iter__


def queues(module):
    _bound_at_once(module.Queue)


def base_events(module):
    server, loop_class = module.Server, module.BaseEventLoop
    for name in '''is_serving start_serving serve_forever get_loop close_clients
                   abort_clients'''.split():
        for cls in (server, module.events.AbstractServer):
            if name in cls.__dict__:
                delattr(cls, name)
    for name in ('__aenter__', '__aexit__'):
        delattr(module.events.AbstractServer, name)
    server.sockets = property(lambda self: None if self._sockets is None else list(self._sockets))
    waits = server.wait_closed

    async def wait_closed(self):
        if self._sockets is not None:
            await waits(self)

    wait_closed.__qualname__ = 'Server.wait_closed'
    server.wait_closed = wait_closed

    def set_default_executor(self, executor):
        """The executor that is used where none is named."""
        self._default_executor = executor

    loop_class.set_default_executor = set_default_executor
    for name in _LATER_KEYWORDS:
        if name in loop_class.__dict__:
            _takes_less(loop_class, name)
    loop_class.create_datagram_endpoint = _with_reuse_address(loop_class.create_datagram_endpoint)
    for name in ('subprocess_exec', 'subprocess_shell'):
        setattr(loop_class, name, _of_bytes(getattr(loop_class, name)))


def unix_events(module):
    from . import loops
    loop_class = loops._adopted
    original = loop_class.create_unix_server

    @functools.wraps(original)
    async def create_unix_server(self, *args, **keywords):
        # The path stays when the server is closed.
        return await original(self, *args, cleanup_socket=False, **keywords)

    loop_class.create_unix_server = create_unix_server
    for name in ('create_unix_connection', 'create_unix_server'):
        _takes_less(loop_class, name)


def _signature(function, without):
    """The signature of a function without some of its parameters."""
    import inspect
    signature = inspect.signature(function)
    parameters = [each for each in signature.parameters.values() if each.name not in without]
    return signature.replace(parameters=parameters)


def _takes_less(cls, name):
    """A method of the loop, without the keywords that came later."""
    method, later = getattr(cls, name), _LATER_KEYWORDS[name]

    @functools.wraps(method)
    async def called(self, *args, **keywords):
        for keyword in later:
            if keyword in keywords:
                raise TypeError(f'{name}() got an unexpected keyword argument {keyword!r}')
        return await method(self, *args, **keywords)

    called.__signature__ = _signature(method, without=later)
    setattr(cls, name, called)


def _with_reuse_address(method):
    @functools.wraps(method)
    async def create_datagram_endpoint(self, *args, reuse_address=None, **keywords):
        if reuse_address:
            raise ValueError('Passing `reuse_address=True` is no longer supported, as the usage of '
                             'SO_REUSEPORT in UDP poses a significant security concern.')
        return await method(self, *args, **keywords)

    import inspect
    signature = inspect.signature(method)
    parameters = list(signature.parameters.values())
    at = list(signature.parameters).index('reuse_port')
    parameters.insert(at, parameters[at].replace(name='reuse_address'))
    create_datagram_endpoint.__signature__ = signature.replace(parameters=parameters)
    return create_datagram_endpoint


def _of_bytes(method):
    """Starts a process; how its pipes would read as text is for nobody to ask."""
    name = method.__name__

    @functools.wraps(method)
    async def called(self, protocol_factory, *args, encoding=None, errors=None, **keywords):
        if 'text' in keywords:
            raise TypeError("__init__() got an unexpected keyword argument 'text'")
        for arg in args if name == 'subprocess_exec' else ():
            if not isinstance(arg, (str, bytes)):
                raise TypeError('program arguments must be a bytes or text string, not '
                                f'{type(arg).__name__}')
        return await method(self, protocol_factory, *args, **keywords)

    called.__signature__ = _signature(method, without=('encoding', 'errors', 'text'))
    return called


def streams(module):
    for name in ('open_connection', 'start_server', 'open_unix_connection', 'start_unix_server'):
        setattr(module, name, _taking_loop(getattr(module, name)))


def subprocess(module):
    for name in ('create_subprocess_exec', 'create_subprocess_shell'):
        setattr(module, name, _taking_loop(getattr(module, name)))


ADJUST = {function.__name__: function for function in (
    base_events, base_tasks, coroutines, exceptions, locks, queues, streams, subprocess, tasks,
    unix_events)}
