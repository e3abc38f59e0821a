"""What the library's servers, transports and child processes tell the records.

This module is imported only where records are written; nothing of the library is changed elsewhere.
Where one of these objects changes, the library sets an attribute of it: those attributes become
descriptors, so that no method is replaced, and names, lines and tracebacks are the library's own.
What is read and written is counted where it meets the operating system.

Only what belongs to a loop of ours is told.
"""

import os
import sys

import _loopscope
import _loopscope_outside as _tell


class _Told:
    """An attribute whose change is told by `told(object, value, before)`."""

    def __init__(self, told):
        self._told = told

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        try:
            return instance.__dict__[self._name]
        except KeyError:
            raise AttributeError(f'{type(instance).__name__!r} object has no attribute '
                                 f'{self._name!r}') from None

    def __set__(self, instance, value):
        before = instance.__dict__.get(self._name)
        instance.__dict__[self._name] = value
        replaced = self._told(instance, value, before)
        if replaced is not None:
            instance.__dict__[self._name] = replaced

    def __delete__(self, instance):
        self.__get__(instance)
        del instance.__dict__[self._name]


def _tell_of(cls, name, told):
    attribute = _Told(told)
    attribute.__set_name__(cls, name)
    setattr(cls, name, attribute)


def _loop_of(thing):
    """The number of a thing's loop; None: that is none of ours."""
    loop = getattr(thing, '_loop', None)
    return loop._number if isinstance(loop, _loopscope.Loop) else None


class _Number:
    """A thing's own number, with its loop's: what every record of it begins with."""

    __slots__ = ('on', 'id', 'eof', 'paused')

    def __init__(self, on, id):
        self.on = on
        self.id = id
        self.eof = self.paused = False


def _number_of(thing):
    return getattr(thing, '_loopscope_number', None)


class _Waiters:
    """A list or a deque of futures whose members are told where they are added."""

    def append(self, future):
        super().append(future)
        number = self.whose()
        if number is not None:
            self.tell(future, number.id)


def _waiters(futures, whose, tell):
    """The same futures in a list or deque that tells of those that are added."""
    told = type('_Waiters', (_Waiters, type(futures)), {})(futures)
    told.whose, told.tell = whose, tell
    return told


# ---- addresses -----------------------------------------------------------------------------------

def _address(address):
    """`127.0.0.1:80`, `[::1]:80`, a Unix socket's path; empty where it has none."""
    if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], str):
        host, port = address[0], address[1]
        return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'
    if isinstance(address, bytes):
        return '@' + address.lstrip(b'\0').decode('utf-8', 'replace') if address else ''
    return address if isinstance(address, str) else ''


def _own_address(sock):
    try:
        return _address(sock.getsockname())
    except OSError:
        return ''


def _is_of_family(sock, name):
    import socket
    return getattr(sock, 'family', None) == getattr(socket, name, object())


# ---- servers -------------------------------------------------------------------------------------

def _server_serves(server, serving, before):
    on = _loop_of(server)
    if not serving or before or on is None:
        return
    sockets = server._sockets or ()
    if server._ssl_context:
        how = 'tls'
    else:
        how = 'unix' if any(_is_of_family(sock, 'AF_UNIX') for sock in sockets) else 'tcp'
    addresses = [_own_address(sock) for sock in sockets]
    number = _Number(on, _tell.server_new(on, how, ', '.join(addresses)))
    server._loopscope_number = number
    for sock, address in zip(sockets, addresses):
        fd = sock.fileno()
        # A program's own idea of a socket may have none.
        if isinstance(fd, int):
            _tell.server_listens(on, number.id, fd, address)


def _server_sockets(server, sockets, before):
    number = _number_of(server)
    if sockets is None and before is not None and number is not None:
        _tell.server_closing(number.on, number.id, len(server._clients))


def _server_waiters(server, waiters, before):
    number = _number_of(server)
    if waiters is not None:
        return _waiters(waiters, lambda: _number_of(server), _tell.future_of_server)
    if before is not None and number is not None:
        _tell.server_closed(number.on, number.id)


def _server_forever(server, future, before):
    number = _number_of(server)
    if future is not None and number is not None:
        _tell.future_of_server(future, number.id)


# ---- transports ----------------------------------------------------------------------------------

# Transports by their descriptors, for what is written past them.
_open = {}


class _Pipe:
    """A transport's pipe, or what else it is, which tells when it is closed."""

    __slots__ = ('_sock', '_number', '_fd')

    def __init__(self, sock, number, fd):
        self._sock = sock
        self._number = number
        self._fd = fd

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def __repr__(self):
        return repr(self._sock)

    def close(self):
        self._sock.close()
        _closed(self._number, self._fd)


class _End(_Pipe):
    """A transport's socket, which also tells when it is shut down."""

    __slots__ = ()

    def shutdown(self, how):
        self._sock.shutdown(how)
        # Both directions end only where it is closed next.
        if how == 1:
            _tell.transport_eof(self._number.on, self._number.id, 'write')


class _Socket(_End):
    """A transport's socket, which also counts what goes through it."""

    __slots__ = ()

    def recv(self, *args):
        data = self._sock.recv(*args)
        _read(self._number, len(data))
        return data

    def recv_into(self, *args):
        count = self._sock.recv_into(*args)
        _read(self._number, count)
        return count

    def recvfrom(self, *args):
        data, address = self._sock.recvfrom(*args)
        # A datagram may be empty, and nothing ends with it.
        _tell.transport_read(self._number.on, self._number.id, len(data))
        return data, address

    def send(self, *args):
        return _written(self._number, self._sock.send(*args))

    def sendmsg(self, *args):
        return _written(self._number, self._sock.sendmsg(*args))

    def sendto(self, *args):
        return _written(self._number, self._sock.sendto(*args))


class _Os:
    """The module `os` for the library's pipe transports, and for `sendfile`."""

    def __getattr__(self, name):
        return getattr(os, name)

    def __setattr__(self, name, value):
        setattr(os, name, value)

    def __delattr__(self, name):
        delattr(os, name)

    def read(self, fd, *args):
        data = os.read(fd, *args)
        number = _open.get(fd)
        if number is not None:
            _read(number, len(data))
        return data

    def write(self, fd, *args):
        return _written(_open.get(fd), os.write(fd, *args))

    def sendfile(self, fd, *args):
        return _written(_open.get(fd), os.sendfile(fd, *args))


def _read(number, count):
    if count:
        _tell.transport_read(number.on, number.id, count)
    else:
        _ended(number)


def _written(number, count):
    if number is not None and count:
        _tell.transport_written(number.on, number.id, count)
    return count


def _ended(number):
    if not number.eof:
        number.eof = True
        _tell.transport_eof(number.on, number.id, 'read')


def _closed(number, fd):
    if _open.get(fd) is number:
        del _open[fd]
        _tell.transport_closed(number.on, number.id)


def _born(transport, on):
    """A transport has all that is told of it, and has not read yet."""
    protocol = transport._protocol
    sock = end = getattr(transport, '_sock', None)
    completes = sock is not None and not hasattr(transport, '_sock_fd')
    if completes and not hasattr(sock, 'getsockopt'):
        # A loop of completions keeps pipes where it keeps sockets.
        sock = None
    server = process = 0
    if sock is not None:
        fd = sock.fileno() if completes else transport._sock_fd
        address, local = (_address(transport._extra.get(end)) for end in ('peername', 'sockname'))
        if _is_a('sslproto', 'SSLProtocol', protocol):
            how = 'tls'
        elif _is_of_family(sock, 'AF_UNIX'):
            how = 'unix'
        else:
            how = 'udp' if _is_a('transports', 'DatagramTransport', transport) else 'tcp'
        server_number = _number_of(getattr(transport, '_server', None))
        if server_number is not None:
            server = server_number.id
    else:
        fd, how, address, local = end.fileno() if completes else transport._fileno, 'pipe', '', ''
        if not completes and not _can_be_watched(fd):
            # Its constructor is about to refuse it.
            return
        if _is_a('base_subprocess', 'WriteSubprocessPipeProto', protocol):
            how, address = 'process', ('stdin', 'stdout', 'stderr')[protocol.fd]
            process_number = _number_of(protocol.proc)
            if process_number is not None:
                process = process_number.id
    number = _Number(on, _tell.transport_new(on, how, fd, address, local, server, process))
    transport._loopscope_number = _open[fd] = number
    if completes:
        # What it moves is told by the operations.
        transport._sock = (_Pipe if sock is None else _End)(end, number, fd)
    elif sock is not None:
        transport._sock = _Socket(sock, number, fd)


def _can_be_watched(fd):
    import stat
    mode = os.fstat(fd).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)


def _is_a(module, name, thing):
    module = sys.modules.get('asyncio.' + module)
    cls = getattr(module, name, None)
    return cls is not None and isinstance(thing, cls)


def _transport_closes(transport, closing, before):
    number = _number_of(transport)
    if number is None:
        if not closing and before is None:
            on = _loop_of(transport)
            if on is not None:
                _born(transport, on)
    elif closing and not before:
        frame = sys._getframe(2)
        how, exception = _cause(frame)
        if frame.f_code.co_name == 'write_eof' or (
                frame.f_code.co_name == 'close'
                and _is_a('proactor_events', '_ProactorWritePipeTransport', transport)):
            # A pipe that is written to is closed by telling the other end.
            _tell.transport_eof(number.on, number.id, 'write')
        _tell.transport_closing(number.on, number.id, how, exception)


# What closes a transport because the other end has: of a loop of readiness, and of completions.
_AT_EOF = ('_read_ready', '_read_ready__on_eof', '_eof_received', '_pipe_closed')


def _cause(frame):
    """By what a transport closes: which of its methods set the attribute."""
    name = frame.f_code.co_name
    if name in ('_force_close', '_close'):
        exc = frame.f_locals.get('exc')
        if exc is not None:
            return 'error', _shown(exc)
        caller = frame.f_back.f_code.co_name if frame.f_back else ''
        # A pipe that the other end has closed.
        return ('eof' if caller == '_read_ready' else 'close' if caller == 'close' else 'abort'), ''
    for _ in range(4):
        if frame is None:
            break
        if frame.f_code.co_name in _AT_EOF:
            return 'eof', ''
        if frame.f_code.co_name != 'close':
            break
        frame = frame.f_back
    return 'close', ''


def _shown(exc):
    try:
        return repr(exc)
    except BaseException:
        return type(exc).__name__


def _reading_pauses(transport, paused, before):
    number = _number_of(transport)
    # What is paused until it is complete was never told.
    if number is None or bool(paused) == number.paused:
        return
    number.paused = bool(paused)
    if paused:
        _tell.transport_paused(number.on, number.id, 'read', 0)
    else:
        _tell.transport_resumed(number.on, number.id, 'read')


def _writing_pauses(transport, paused, before):
    number = _number_of(transport)
    if number is None or bool(paused) == bool(before):
        return
    if paused:
        _tell.transport_paused(number.on, number.id, 'write', transport.get_write_buffer_size())
    else:
        _tell.transport_resumed(number.on, number.id, 'write')


def completed(fd, kind, writes, moved):
    """An operation of a loop of completions is at its end; `moved` bytes, or -1 where it failed."""
    number = _open.get(fd)
    if number is None or moved < 0 or kind in ('accept', 'connect', 'hangup'):
        return
    if writes:
        _written(number, moved)
    elif kind == 'recvfrom':
        # A datagram may be empty, and nothing ends with it.
        _tell.transport_read(number.on, number.id, moved)
    else:
        _read(number, moved)


def _pipe_closes(transport, pipe, before):
    number = _number_of(transport)
    if pipe is None and before is not None and number is not None:
        _closed(number, transport._fileno)


def _dropped(cls):
    """A pipe that is dropped without being closed gives its descriptor back all the same."""
    drop = cls.__del__

    def __del__(self):
        drop(self)
        number = _number_of(self)
        if number is not None and self._fileno is not None:
            _closed(number, self._fileno)

    __del__.__qualname__ = f'{cls.__name__}.__del__'
    cls.__del__ = __del__


def _tls_agreed(protocol, state, before):
    if state is before or getattr(state, 'name', None) != 'WRAPPED':
        return
    number = _number_of(getattr(protocol, '_transport', None))
    if number is None or getattr(before, 'name', None) != 'DO_HANDSHAKE':
        return
    ssl_object = protocol._sslobj
    cipher = ssl_object.cipher()
    text = ', '.join(str(part) for part in (ssl_object.version(), cipher and cipher[0]) if part)
    _tell.transport_tls(number.on, number.id, text)


# ---- who waits for a transport -------------------------------------------------------------------

def _below(transport):
    """The number of a transport, or of the one that carries its TLS."""
    protocol = getattr(transport, '_ssl_protocol', None)
    return _number_of(transport if protocol is None else protocol._transport)


def _reader_waits(reader, future, before):
    number = _below(getattr(reader, '_transport', None))
    if future is not None and number is not None:
        _tell.future_of_transport(future, number.id)


def _writer_waits(protocol, futures, before):
    return _waiters(futures, lambda: _below(getattr(protocol, '_transport', None)),
                    _tell.future_of_transport)


def _stream_opens(protocol, transport, before):
    number = _below(transport)
    if number is not None and before is None:
        _tell.future_of_transport(protocol._closed, number.id)


# ---- child processes -----------------------------------------------------------------------------

def _process_starts(transport, process, before):
    on = _loop_of(transport)
    if process is None or before is not None or on is None:
        return
    pid = getattr(process, 'pid', None)
    if isinstance(pid, int):
        number = _Number(on, _tell.process_new(on, pid, _command(process.args)))
        transport._loopscope_number = number


def _command(args):
    if isinstance(args, (str, bytes, os.PathLike)):
        args = [args]
        shown = str
    else:
        from shlex import quote as shown
    try:
        return ' '.join(shown(os.fsdecode(arg)) for arg in args)
    except TypeError:
        return ''


def _process_ends(transport, code, before):
    number = _number_of(transport)
    if number is not None and before is None and isinstance(code, int):
        _tell.process_ended(number.on, number.id, transport._pid or 0, code)


def _process_waiters(transport, waiters, before):
    if waiters is not None:
        return _waiters(waiters, lambda: _number_of(transport), _tell.future_of_process)


# ---- executors -----------------------------------------------------------------------------------

class Noting:
    """Stands for an executor, and tells of the job that it is given."""

    def __init__(self, executor, on):
        self._executor = executor
        self._on = on

    def submit(self, function, *args):
        on = self._on
        pool = _pool_of(self._executor)
        self.job = job = _tell.job_submitted(on, _function_of(function), pool)
        if pool == 'thread':
            called = function

            def function(*args):
                from threading import current_thread
                _tell.job_started(on, job, current_thread().name)
                return called(*args)

        # The function that goes to another process goes as it is; our records stay here.
        future = self._executor.submit(function, *args)
        if hasattr(future, 'add_done_callback'):
            future.add_done_callback(lambda future: _tell.job_done(on, job, _how(future)))
        return future


def _pool_of(executor):
    from concurrent.futures import ThreadPoolExecutor
    if isinstance(executor, ThreadPoolExecutor):
        return 'thread'
    process = sys.modules.get('concurrent.futures.process')
    is_process = process is not None and isinstance(executor, process.ProcessPoolExecutor)
    return 'process' if is_process else 'other'


def _function_of(function):
    """What a job is called: that which `to_thread` runs in a context."""
    from contextvars import Context
    from functools import partial
    if (isinstance(function, partial) and function.args
            and isinstance(getattr(function.func, '__self__', None), Context)):
        return function.args[0]
    return function


def _how(future):
    if future.cancelled():
        return 'cancelled'
    return 'result' if future.exception() is None else 'exception'


def job_of(executor, on, submit):
    """What `submit(executor)` gives, which is the future of the job that it submits."""
    noting = Noting(executor, on)
    future = submit(noting)
    _tell.future_of_job(future, noting.job)
    return future


# ---- the library's modules -----------------------------------------------------------------------

def _base_events(module):
    server = module.Server
    _tell_of(server, '_serving', _server_serves)
    _tell_of(server, '_sockets', _server_sockets)
    _tell_of(server, '_waiters', _server_waiters)
    _tell_of(server, '_serving_forever_fut', _server_forever)


def _selector_events(module):
    transport = module._SelectorTransport
    _tell_of(transport, '_closing', _transport_closes)
    _tell_of(transport, '_paused', _reading_pauses)


def _proactor_events(module):
    _tell_of(module._ProactorBasePipeTransport, '_closing', _transport_closes)
    _tell_of(module._ProactorReadPipeTransport, '_paused', _reading_pauses)


def _transports(module):
    _tell_of(module._FlowControlMixin, '_protocol_paused', _writing_pauses)


def _unix_events(module):
    module.os = _Os()
    reads, writes = module._UnixReadPipeTransport, module._UnixWritePipeTransport
    _tell_of(reads, '_closing', _transport_closes)
    _tell_of(reads, '_paused', _reading_pauses)
    _tell_of(writes, '_closing', _transport_closes)
    for cls in (reads, writes):
        _tell_of(cls, '_pipe', _pipe_closes)
        _dropped(cls)


def _base_subprocess(module):
    transport = module.BaseSubprocessTransport
    _tell_of(transport, '_proc', _process_starts)
    _tell_of(transport, '_returncode', _process_ends)
    _tell_of(transport, '_exit_waiters', _process_waiters)


def _sslproto(module):
    _tell_of(module.SSLProtocol, '_state', _tls_agreed)


def _streams(module):
    _tell_of(module.StreamReader, '_waiter', _reader_waits)
    _tell_of(module.FlowControlMixin, '_drain_waiters', _writer_waits)
    _tell_of(module.StreamReaderProtocol, '_transport', _stream_opens)


MODULES = {
    'base_events': _base_events,
    'base_subprocess': _base_subprocess,
    'proactor_events': _proactor_events,
    'selector_events': _selector_events,
    'sslproto': _sslproto,
    'streams': _streams,
    'transports': _transports,
    'unix_events': _unix_events,
}
