"""The interfaces, the running loop, and policies."""

__all__ = ('AbstractEventLoop', 'AbstractServer', 'Handle', 'TimerHandle', 'get_event_loop',
           'set_event_loop', 'new_event_loop', '_set_running_loop', 'get_running_loop',
           '_get_running_loop', 'AbstractEventLoopPolicy', 'DefaultEventLoopPolicy',
           'get_event_loop_policy', 'set_event_loop_policy')

import sys
import threading

from _asyncio import (_get_running_loop, _set_running_loop, get_event_loop, get_running_loop)
from _loopscope import Handle, TimerHandle, dialect


def _abstract(name, is_async):
    if is_async:
        async def method(self, *args, **kwargs):
            raise NotImplementedError
    else:
        def method(self, *args, **kwargs):
            raise NotImplementedError
    method.__name__ = name
    method.__qualname__ = f'AbstractEventLoop.{name}'
    return method


class AbstractEventLoop:
    """Abstract event loop."""

    for _name in '''run_forever run_until_complete stop is_running is_closed close
            _timer_handle_cancelled call_soon call_later call_at time create_future create_task
            call_soon_threadsafe run_in_executor set_default_executor add_reader remove_reader
            add_writer remove_writer add_signal_handler remove_signal_handler set_task_factory
            get_task_factory get_exception_handler set_exception_handler default_exception_handler
            call_exception_handler get_debug set_debug'''.split():
        locals()[_name] = _abstract(_name, False)
    for _name in '''shutdown_asyncgens shutdown_default_executor getaddrinfo getnameinfo
            create_connection create_server start_tls sendfile create_unix_connection
            create_unix_server connect_accepted_socket create_datagram_endpoint connect_read_pipe
            connect_write_pipe subprocess_shell subprocess_exec sock_recv sock_recv_into
            sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto sock_connect sock_accept
            sock_sendfile'''.split():
        locals()[_name] = _abstract(_name, True)
    del _name


class AbstractServer:
    """Abstract server returned by create_server()."""

    def close(self):
        raise NotImplementedError

    def close_clients(self):
        raise NotImplementedError

    def abort_clients(self):
        raise NotImplementedError

    def get_loop(self):
        raise NotImplementedError

    def is_serving(self):
        raise NotImplementedError

    async def start_serving(self):
        raise NotImplementedError

    async def serve_forever(self):
        raise NotImplementedError

    async def wait_closed(self):
        raise NotImplementedError

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.close()
        await self.wait_closed()


class AbstractEventLoopPolicy:
    """Abstract policy for accessing the event loop."""

    def get_event_loop(self):
        raise NotImplementedError

    def set_event_loop(self, loop):
        raise NotImplementedError

    def new_event_loop(self):
        raise NotImplementedError

    def get_child_watcher(self):
        raise NotImplementedError

    def set_child_watcher(self, watcher):
        raise NotImplementedError


_no_loop = 'There is no current event loop in thread %r.'


class BaseDefaultEventLoopPolicy(AbstractEventLoopPolicy):
    """One loop a thread; only the main thread's is created when it is first asked for."""

    _loop_factory = None

    class _Local(threading.local):
        _loop = None
        _set_called = False

    def __init__(self):
        self._local = self._Local()

    def get_event_loop(self):
        local = self._local
        if (local._loop is None and not local._set_called and dialect() != 'cpython-3.14'
                and threading.current_thread() is threading.main_thread()):
            self.set_event_loop(self.new_event_loop())
        if local._loop is None:
            raise RuntimeError(_no_loop % threading.current_thread().name)
        return local._loop

    def set_event_loop(self, loop):
        self._local._set_called = True
        if loop is not None and not isinstance(loop, AbstractEventLoop):
            raise TypeError('loop must be an instance of AbstractEventLoop or None, '
                            f"not '{type(loop).__name__}'")
        self._local._loop = loop

    def new_event_loop(self):
        factory = self._loop_factory
        if factory is None:
            from .loops import SelectorEventLoop as factory
        return factory()


class DefaultEventLoopPolicy(BaseDefaultEventLoopPolicy):
    """The policy that is in force until another is set."""


# The names that the interpreter's library uses.
_ThreadSafeHandle = Handle
_AbstractEventLoopPolicy = AbstractEventLoopPolicy
_BaseDefaultEventLoopPolicy = BaseDefaultEventLoopPolicy
_DefaultEventLoopPolicy = DefaultEventLoopPolicy

_event_loop_policy = None


def get_event_loop_policy():
    """Get the current event loop policy."""
    global _event_loop_policy
    if _event_loop_policy is None:
        _event_loop_policy = DefaultEventLoopPolicy()
    return _event_loop_policy


def set_event_loop_policy(policy):
    """Set the current event loop policy; None restores the default one."""
    global _event_loop_policy
    if policy is not None and not isinstance(policy, AbstractEventLoopPolicy):
        raise TypeError('policy must be an instance of AbstractEventLoopPolicy or None, '
                        f"not '{type(policy).__name__}'")
    _event_loop_policy = policy


_get_event_loop_policy = get_event_loop_policy
_set_event_loop_policy = set_event_loop_policy


def _current_loop():
    return get_event_loop_policy().get_event_loop()


def set_event_loop(loop):
    """Equivalent to calling get_event_loop_policy().set_event_loop(loop)."""
    get_event_loop_policy().set_event_loop(loop)


def new_event_loop():
    """Equivalent to calling get_event_loop_policy().new_event_loop()."""
    return get_event_loop_policy().new_event_loop()
