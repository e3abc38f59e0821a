"""The loop of completions, which `--loop proactor` brings: the library's own proactor classes on our loop.

A loop of readiness is told that something could be read, and reads. Here an operation is begun, and
the loop is told what came of it. What does the operations is a `Proactor`: the kernel by io_uring
(`_uring.py`), or, where it refuses that, the one here, on the loop's own poller.
"""

import os
import socket
from collections import deque

import _loopscope

from . import futures, loops, proactor_events


class _Operation(futures.Future):
    """Completes when its operation has, with what came of it.

    `attempt` does it where it would not wait. `hand` gives it to the kernel, and `finish` makes its
    result of what the kernel says; without them it is only attempted.
    """

    def __init__(self, proactor, kind, thing, writes, attempt, hand, finish):
        super().__init__(loop=proactor._loop)
        self._proactor, self.attempt = proactor, attempt
        self.kind, self.thing, self.writes = kind, thing, writes
        self.fd = thing.fileno()
        self.hand, self.finish, self.token = hand, finish, None

    def cancel(self, msg=None):
        if not self.done():
            self._proactor._drop(self)
        return super().cancel(msg=msg)

    def let_go(self):
        self._proactor = self.attempt = self.hand = self.finish = self.thing = None


def _size(result):
    """How many bytes an operation has moved, where it tells."""
    if isinstance(result, tuple):
        result = result[0]
    if isinstance(result, int):
        return result
    return len(result) if isinstance(result, bytes) else 0


def _is_socket(thing):
    return hasattr(thing, 'getsockopt')


class Proactor:
    """Does operations, and completes what waits for them.

    Each is tried at once, and where it would wait again when its descriptor is ready, after all that
    were begun before it; its completion is told in a later turn in any case.
    """

    def __init__(self):
        self._loop = None
        self._waiting = {}

    def __repr__(self):
        waiting = sum(map(len, self._waiting.values()))
        return f'<{self.__class__.__name__} operations={waiting}>'

    def set_loop(self, loop):
        self._loop = loop

    def close(self):
        for queue in list(self._waiting.values()):
            for operation in list(queue):
                operation.cancel()
        self._loop = None

    def _stop_serving(self, sock):
        for operation in list(self._waiting.get((sock.fileno(), False), ())):
            operation.cancel()

    # ---- operations ----------------------------------------------------------------------------------

    def recv(self, conn, nbytes, flags=0):
        def finish(size, data):
            return data

        finish.room = nbytes
        fd = conn.fileno()
        if _is_socket(conn):
            return self._begin('recv', conn, False, lambda: conn.recv(nbytes, flags),
                               lambda ring: ring.receive(fd, nbytes, flags), finish)
        if _only_writes(fd):
            # Whoever asks wants to know when the other end is closed.
            return self._begin('hangup', conn, False, iter([BlockingIOError(), b'']).__next__)
        return self._begin('read', conn, False, lambda: os.read(fd, nbytes),
                           lambda ring: ring.receive(fd, nbytes, None), finish)

    def recv_into(self, conn, buf, flags=0):
        def finish(size, data):
            memoryview(buf).cast('B')[:size] = data
            return size

        finish.room = len(buf)
        fd = conn.fileno()
        if _is_socket(conn):
            return self._begin('recv', conn, False, lambda: conn.recv_into(buf, len(buf), flags),
                               lambda ring: ring.receive(fd, len(buf), flags), finish)

        def attempt():
            data = os.read(fd, len(buf))
            return finish(len(data), data)

        return self._begin('read', conn, False, attempt,
                           lambda ring: ring.receive(fd, len(buf), None), finish)

    def recvfrom(self, conn, nbytes, flags=0):
        return self._begin('recvfrom', conn, False, lambda: conn.recvfrom(nbytes, flags))

    def recvfrom_into(self, conn, buf, nbytes=0, flags=0):
        return self._begin(
            'recvfrom', conn, False, lambda: conn.recvfrom_into(buf, nbytes, flags))

    def send(self, conn, buf, flags=0):
        """All of it: it completes when nothing is left."""
        def finish(size, data):
            return size

        fd = conn.fileno()
        if _is_socket(conn):
            return self._begin('send', conn, True, _Whole(buf, lambda part: conn.send(part, flags)),
                               lambda ring: ring.send(fd, buf, flags | _NO_SIGNAL), finish)
        return self._begin('write', conn, True, _Whole(buf, lambda part: os.write(fd, part)),
                           lambda ring: ring.send(fd, buf, None), finish)

    def sendto(self, conn, buf, flags=0, addr=None):
        if addr is None:
            return self.send(conn, buf, flags)
        return self._begin('sendto', conn, True, lambda: conn.sendto(buf, flags, addr))

    def sendfile(self, sock, file, offset, count):
        sent = 0

        def attempt():
            nonlocal sent
            while sent < count:
                moved = os.sendfile(sock.fileno(), file.fileno(), offset + sent, count - sent)
                if not moved:
                    break
                sent += moved
            return sent

        return self._begin('sendfile', sock, True, attempt)

    def accept(self, listener):
        def attempt():
            conn, address = listener.accept()
            conn.setblocking(False)
            return conn, address

        def finish(fd, data):
            conn = socket.socket(listener.family, listener.type, listener.proto, fileno=fd)
            conn.setblocking(False)
            try:
                return conn, conn.getpeername()
            except OSError:
                # It is gone again already; whoever reads is told so.
                return conn, listener.getsockname()

        fd = listener.fileno()
        return self._begin('accept', listener, False, attempt, lambda ring: ring.accept(fd), finish)

    def connect(self, conn, address):
        begun = False

        def failed(number):
            return OSError(number, f'Connect call failed {address}')

        def attempt():
            nonlocal begun
            if begun:
                error = conn.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise failed(error)
                return None
            begun = True
            try:
                conn.connect(address)
            except (BlockingIOError, InterruptedError):
                raise
            except OSError as error:
                raise failed(error.errno) from None

        def finish(result, data):
            return None

        finish.failed = failed
        fd = conn.fileno()
        return self._begin('connect', conn, True, attempt,
                           lambda ring: ring.connect(fd, address), finish)

    # ---- how they are done ---------------------------------------------------------------------------

    def _begin(self, kind, thing, writes, attempt, hand=None, finish=None):
        self._loop._check_closed()
        if not _is_socket(thing):
            os.set_blocking(thing.fileno(), False)
        elif self._loop.get_debug() and thing.gettimeout() != 0:
            raise ValueError('the socket must be non-blocking')
        operation = _Operation(self, kind, thing, writes, attempt, hand, finish)
        queue = self._waiting.get((operation.fd, writes), ())
        for before in list(queue):
            # Its descriptor was closed, and has been given to another since.
            if before.thing is not thing and before.thing.fileno() == -1:
                before.cancel()
        if queue:
            queue.append(operation)
        else:
            self._start(operation)
        return operation

    def _start(self, operation):
        """Begins an operation before which no other is."""
        outcome = self._try(operation)
        if outcome is None:
            self._wait(operation)
        else:
            self._loop.call_soon(self._complete, operation, *outcome)

    def _wait(self, operation):
        fd, writes = operation.fd, operation.writes
        self._waiting[fd, writes] = deque([operation])
        watch = self._loop._add_writer if writes else self._loop._add_reader
        watch(fd, self._on_ready, fd, writes)

    def _try(self, operation):
        """The result and the error of an operation, or None where it would wait."""
        try:
            result = operation.attempt()
            if isinstance(result, BlockingIOError):
                return None
            return result, None
        except (BlockingIOError, InterruptedError):
            return None
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            return None, error

    def _on_ready(self, fd, writes):
        queue = self._waiting.get((fd, writes), ())
        while queue:
            outcome = self._try(queue[0])
            if outcome is None:
                return
            operation = queue.popleft()
            if not queue:
                self._unwatch(fd, writes)
            self._complete(operation, *outcome)

    def _complete(self, operation, result, error):
        if operation.done():
            return
        if _loopscope.recording():
            self._note(operation, -1 if error is not None else _size(result))
        operation.let_go()
        if error is None:
            operation.set_result(result)
        else:
            operation.set_exception(error)

    def _note(self, operation, moved):
        from . import _outside
        self._loop._note_completion(operation.kind, operation.fd, moved)
        _outside.completed(operation.fd, operation.kind, operation.writes, moved)

    def _drop(self, operation):
        """It was cancelled: nobody waits for it any more."""
        queue = self._waiting.get((operation.fd, operation.writes), ())
        if operation in queue:
            queue.remove(operation)
            if not queue:
                self._unwatch(operation.fd, operation.writes)
        operation.let_go()

    def _unwatch(self, fd, writes):
        del self._waiting[fd, writes]
        unwatch = self._loop._remove_writer if writes else self._loop._remove_reader
        unwatch(fd)


class _Whole:
    """Sends all of a buffer, part by part."""

    def __init__(self, buf, send):
        self._left, self._send = memoryview(buf).cast('B'), send
        self._size = len(self._left)

    def __call__(self):
        while self._left:
            self._left = self._left[self._send(self._left):]
        return self._size


_NO_SIGNAL = getattr(socket, 'MSG_NOSIGNAL', 0)


def new_proactor():
    """What does the operations on this machine."""
    try:
        from . import _uring
        return _uring.UringProactor()
    except OSError as error:
        loops._log_debug('The system refuses io_uring (%s): operations are done on the poller', error)
        return Proactor()


def _only_writes(fd):
    import fcntl
    access = os.O_RDONLY | os.O_WRONLY | os.O_RDWR
    return fcntl.fcntl(fd, fcntl.F_GETFL) & access == os.O_WRONLY


def _call_connection_lost(transport, exc):
    """As the library's; here a socket that is not connected any more refuses to be shut down."""
    if transport._called_connection_lost:
        return
    try:
        transport._protocol.connection_lost(exc)
    finally:
        sock = transport._sock
        if hasattr(sock, 'shutdown') and sock.fileno() != -1:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        sock.close()
        transport._sock = None
        if transport._server is not None:
            transport._server._detach(transport)
            transport._server = None
        transport._called_connection_lost = True


proactor_events._ProactorBasePipeTransport._call_connection_lost = _call_connection_lost

# What our own loop does otherwise than the library's.
_OURS = frozenset('''__init__ __doc__ __module__ __firstlineno__ __static_attributes__ close
    _write_to_self _make_self_pipe _close_self_pipe _loop_self_reading _process_events'''.split())


class _Completing:
    """What the library's loop does by completions, in place of what ours does by readiness."""


for _name, _value in vars(proactor_events.BaseProactorEventLoop).items():
    if _name not in _OURS:
        setattr(_Completing, _name, _value)
del _name, _value


class ProactorEventLoop(_Completing, loops.BaseEventLoop, proactor_events.BaseProactorEventLoop):
    """Loopscope's event loop, on completions."""

    __module__ = 'asyncio'

    def __init__(self, proactor=None):
        if loops._debug_mode():
            self._set_debug(True)
        self._proactor = new_proactor() if proactor is None else proactor
        self._accept_futures = {}
        loops._log_debug('Using proactor: %s', self._proactor.__class__.__name__)
        self._proactor.set_loop(self)

    _selector = property(lambda self: self._proactor)

    def close(self):
        """Close the event loop. The loop must not be running; pending callbacks are lost."""
        if not self.is_running() and not self.is_closed():
            self._stop_accept_futures()
            self._proactor.close()
            self._proactor = None
        loops.BaseEventLoop.close(self)

    # A Unix socket is connected to and served like any other.
    async def create_unix_connection(self, *args, **kwargs):
        return await loops._library().create_unix_connection(self, *args, **kwargs)

    async def create_unix_server(self, *args, **kwargs):
        return await loops._library().create_unix_server(self, *args, **kwargs)

    def _stop_serving(self, sock):
        inode = self._unix_server_sockets.pop(sock, None)
        path = None if inode is None else sock.getsockname()
        _Completing._stop_serving(self, sock)
        if path is None:
            return
        try:
            if os.stat(path).st_ino == inode:
                os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            loops._logger().error('Unable to clean up listening UNIX socket %r: %r', path, error)

    def _child_watcher_callback(self, pid, returncode, transp):
        self.call_soon_threadsafe(transp._process_exited, returncode)

    def add_reader(self, fd, callback, *args):
        raise NotImplementedError

    def remove_reader(self, fd):
        raise NotImplementedError

    def add_writer(self, fd, callback, *args):
        raise NotImplementedError

    def remove_writer(self, fd):
        raise NotImplementedError


EventLoop = ProactorEventLoop
