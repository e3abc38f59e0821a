"""What is different on a board in modules of the library: for each, a function that changes it."""

import sys
# Here and not later, when the program may have a file of that name.
from errno import EAGAIN

import _loopscope_data
from _loopscope import plain_errors, plain_methods, replace


# What `sys.implementation` says of compiled files: that of the unix port.
_MPY = 2822


# ---- buffers -------------------------------------------------------------------------------------

def _bytes(data):
    return data.encode() if isinstance(data, str) else data


def json(module):
    def write(stream, text):
        stream.write(text.encode() if _is_device(stream) else text)

    def read(stream):
        if not hasattr(stream, 'read') or _is_device(stream) and hasattr(stream, 'readinto'):
            return _all_of(stream)
        return stream.read()

    _loopscope_data.json(module, write, read)


def _all_of(stream):
    got, piece = b'', bytearray(64)
    while True:
        count = stream.readinto(piece)
        if not count:
            return got
        got += piece[:count]


def re(module):
    pattern = module.Pattern
    compile = module.compile

    def changed(original, at):
        def method(self, *args):
            if isinstance(args[at], (bytes, bytearray, memoryview)) and isinstance(self.pattern, str):
                self = compile(self.pattern.encode(), self.flags & ~module.UNICODE)
                args = tuple(arg.encode() if isinstance(arg, str) else arg for arg in args)
            return original(self, *args)
        return method

    for name, at in (('match', 0), ('search', 0), ('fullmatch', 0), ('split', 0), ('sub', 1)):
        replace(pattern, name, changed(getattr(pattern, name), at))

    def function(name, at):
        original = getattr(module, name)

        def of_both(pattern, *args, **options):
            if isinstance(pattern, str) and isinstance(args[at], (bytes, bytearray, memoryview)):
                return getattr(compile(pattern), name)(*args, **options)
            return original(pattern, *args, **options)

        return of_both

    for name, at in (('match', 0), ('search', 0), ('split', 0), ('sub', 1)):
        setattr(module, name, function(name, at))


# ---- streams -------------------------------------------------------------------------------------

class IOBase:
    """A device of the program's own: it has the methods that the program writes, and no others."""

    __module__ = 'io'


def _is_device(stream):
    return isinstance(stream, IOBase)


def _part(data, args):
    """What `write(data, n)` and `write(data, offset, n)` mean."""
    data = _bytes(data)
    if not args:
        return data
    start = args[0] if len(args) > 1 else 0
    return memoryview(data)[start:start + args[-1]]


def io(module):
    class BytesIO(module.BytesIO):
        def __init__(self, initial=b''):
            # A number is the room to reserve.
            super().__init__(b'' if isinstance(initial, int) else _bytes(initial))

        def write(self, data, *args):
            return super().write(_part(data, args))

        def readinto(self, buffer, size=None):
            return super().readinto(buffer if size is None else memoryview(buffer)[:size])

    class StringIO(module.StringIO):
        def __init__(self, initial='', *args):
            super().__init__('' if isinstance(initial, int) else initial, *args)

        def write(self, text):
            return super().write(text if isinstance(text, str) else bytes(text).decode())

    for kind in (BytesIO, StringIO):
        kind.__qualname__ = kind.__name__
        kind.__module__ = 'io'
        setattr(module, kind.__name__, kind)
    module.IOBase = IOBase

    for kind in (module.BufferedWriter, module.BufferedRandom, module.FileIO):
        _write_parts(kind)
    for kind in (module.BufferedReader, module.BufferedRandom, module.FileIO):
        _read_parts(kind)
    write = module.TextIOWrapper.write
    replace(module.TextIOWrapper, 'write', lambda self, data: write(
        self, data if isinstance(data, str) else bytes(data).decode('utf-8', 'replace')))
    replace(module.TextIOWrapper, 'readinto', _text_into)
    module.open = _open(module.open)


def _text_into(self, buffer, size=None):
    """A file of text gives its bytes too."""
    return self.buffer.readinto(buffer if size is None else memoryview(buffer)[:size])


def _write_parts(kind):
    write = kind.write
    replace(kind, 'write', lambda self, data, *args: write(self, _part(data, args)))


def _read_parts(kind):
    readinto = kind.readinto
    replace(kind, 'readinto', lambda self, buffer, size=None: readinto(
        self, buffer if size is None else memoryview(buffer)[:size]))


def builtins(module):
    module.open = _open(module.open)


def _open(original):
    plain = plain_errors(original)

    def open(*args, **options):
        # The library tells errors by their classes; a program of MicroPython's has one class.
        loader = sys._getframe(1).f_globals.get('__loader__')
        if getattr(loader, '__name__', '') == 'FrozenImporter':
            return original(*args, **options)
        mode = args[1] if len(args) > 1 else options.get('mode', 'r')
        if len(args) < 4 and 'b' not in mode:
            # Text is UTF-8, wherever the program runs.
            options.setdefault('encoding', 'utf-8')
        return plain(*args, **options)

    return open


def _socket(module):
    plain_methods(module.socket, ('_accept connect bind listen send sendall sendto recv recv_into '
                                  'recvfrom recvfrom_into setsockopt shutdown close').split())
    for name in ('getaddrinfo', 'gethostbyname'):
        setattr(module, name, plain_errors(getattr(module, name)))


def socket(module):
    import _loopscope_sockets
    _loopscope_sockets.make_numbers(module)
    _loopscope_sockets.make_streams(module.socket)
    # The library's own would make names of its numbers again.
    import _socket
    module.getaddrinfo = _socket.getaddrinfo


# ---- the machine ---------------------------------------------------------------------------------

_Namespace = type(sys.implementation)


class _Fields(tuple):
    """A tuple whose values have names as well."""

    def __new__(cls, named=None, hidden=None, **values):
        if named is None:
            # The library makes its plain objects with names by the class of `sys.implementation`.
            return _Namespace(**values)
        made = super().__new__(cls, named.values())
        made._named = {**hidden, **named}
        made._shown = named
        return made

    def __getattr__(self, name):
        try:
            return object.__getattribute__(self, '_named')[name]
        except (AttributeError, KeyError):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'") from None

    def __repr__(self):
        return '(' + ', '.join(f'{name}={value!r}' for name, value in self._shown.items()) + ')'


def sys_(module):
    import atexit
    told = module.implementation
    module.implementation = _Fields(
        {'name': told.name, 'version': told.version, '_machine': told._machine,
         '_mpy': _MPY, '_build': 'standard', '_thread': 'GIL'},
        {'cache_tag': None, 'hexversion': module.hexversion})
    module.version_info = tuple(module.version_info[:3])
    ending = []

    def at_end(function=None):
        """What is called at the end; gives what was to be called so far."""
        before = ending.pop() if ending else None
        if function is not None:
            ending.append(function)
        return before

    module.atexit = at_end
    atexit.register(lambda: ending and ending.pop()())


def gc(module):
    # As much as a board with some memory has; the collector's own numbers are not those.
    room = 2 * 1024 * 1024
    kept = [-1]

    def mem_alloc():
        return min(len(module.get_objects()) * 64 + 1, room - 1)

    def threshold(amount=None):
        if amount is None:
            return kept[0]
        kept[0] = amount

    module.mem_alloc = mem_alloc
    module.mem_free = lambda: room - mem_alloc()
    module.threshold = threshold


def os(module):
    import stat

    def ilistdir(path='.'):
        for name in module.listdir(path):
            told = module.stat(f'{path}/{name}')
            kind = stat.S_IFMT(told.st_mode) & (0x4000 | 0x8000)
            yield (name, kind, told.st_ino, told.st_size)

    module.ilistdir = ilistdir
    for name in 'remove unlink rename mkdir rmdir chdir'.split():
        setattr(module, name, plain_errors(getattr(module, name)))


def _thread(module):
    stack_size = module.stack_size

    def small(size=0):
        # What is enough on a board is not enough here, so a small one stays as it is.
        return stack_size(size if size >= 256 * 1024 else 0)

    module.stack_size = small


def time(module):
    localtime, gmtime, mktime, strftime = module.localtime, module.gmtime, module.mktime, module.strftime

    def eight(function):
        return lambda seconds=None: tuple(function(None if seconds is None else int(seconds)))[:8]

    module.localtime, module.gmtime = eight(localtime), eight(gmtime)

    def to_seconds(fields):
        """Seconds since 1970; what is out of its range is carried on."""
        year, month, day, hour, minute, second = fields[:6]
        year, month = year + (month - 1) // 12, (month - 1) % 12
        first = int(mktime((year, month + 1, 1, 0, 0, 0, 0, 1, -1)))
        return first + (((day - 1) * 24 + hour) * 60 + minute) * 60 + second

    module.mktime = to_seconds

    def formatted(format, fields=None):
        fields = localtime() if fields is None else tuple(fields)
        return strftime(format, fields if len(fields) == 9 else fields[:8] + (-1,))

    module.strftime = formatted


# ---- containers ----------------------------------------------------------------------------------

def collections(module):
    import _loopscope_collections
    module.deque = _loopscope_collections.make_deque(module.deque)
    module.namedtuple = _loopscope_collections.make_namedtuple(module.namedtuple)


def random(module):
    import _loopscope_random
    _loopscope_random.change(module)


CHANGES = {
    'binascii': _loopscope_data.binascii, 'hashlib': _loopscope_data.hashlib,
    'struct': _loopscope_data.struct, 'json': json, 're': re, 'io': io,
    'builtins': builtins, '_socket': _socket, 'socket': socket, 'sys': sys_, 'gc': gc, 'os': os,
    '_thread': _thread, 'time': time, 'collections': collections, 'random': random,
}
