"""Modules that turn values into bytes and back, as a board has them: with its own errors, and where it takes
more or less than the library."""

from _loopscope import taking_str, unseen

# ---- numbers -------------------------------------------------------------------------------------


def whole(number):
    """A number where a board wants a whole one."""
    if isinstance(number, int):
        return number
    raise TypeError(f"can't convert {type(number).__name__} to int")


def floating(number):
    """A number where a board wants a float."""
    if isinstance(number, (int, float)):
        return float(number)
    raise TypeError(f"can't convert {type(number).__name__} to float")


# ---- binascii, hashlib ---------------------------------------------------------------------------


def _plain(function, error):
    """The function with `ValueError` for the library's own error."""
    def plain(*args, **options):
        try:
            return function(*args, **options)
        except error as raised:
            # Its own words are a board's by now.
            raise ValueError(*raised.args) from None

    return unseen(plain)


def binascii(module):
    for name in 'hexlify unhexlify a2b_base64 b2a_base64 crc32'.split():
        setattr(module, name, _plain(taking_str(getattr(module, name), 0), module.Error))


def hashlib(module):
    for name in 'md5 sha1 sha256'.split():
        setattr(module, name, _hash(name, taking_str(getattr(module, name), 0)))
    module.new = taking_str(module.new, 1)


def _hash(name, make):
    class Hash:
        """A hash that is at its end once it was asked for."""

        __slots__ = ('_made',)

        def __init__(self, data=b''):
            self._made = make(data)

        def __repr__(self):
            return f'<{name}>'

        def update(self, data):
            self._going_on().update(data.encode() if isinstance(data, str) else data)

        def digest(self):
            made, self._made = self._going_on(), None
            return made.digest()

        def _going_on(self):
            if self._made is None:
                raise ValueError('hash is final')
            return self._made

    Hash.__name__ = Hash.__qualname__ = name
    Hash.__module__ = 'hashlib'
    return Hash


# ---- struct --------------------------------------------------------------------------------------

_FLOATS = 'efd'
_BYTES = 's'
_NO_CODES = frozenset('=c?npN \t\n')


def struct(module):
    pack, unpack, unpack_from = module.pack, module.unpack, module.unpack_from
    pack_into, calcsize, error = module.pack_into, module.calcsize, module.error

    def known(format):
        """The format as text, if a board knows its letters."""
        text = format if isinstance(format, str) else bytes(format).decode()
        if not _NO_CODES.isdisjoint(text) or text[-1:].isdigit():
            raise ValueError('bad typecode')
        return text

    def size(format):
        try:
            return calcsize(known(format))
        except error:
            raise ValueError('bad typecode') from None

    def fitted(format, values):
        """Values that fit: numbers lose what is too much, what is missing is nothing."""
        order, rest = (format[0], format[1:]) if format[:1] in tuple('<>!@') else ('', format)
        values, fitting, count = list(values), [], ''
        for code in rest:
            if code.isdigit():
                count += code
                continue
            if code != 'x':
                times = 1 if code in _BYTES else int(count or 1)
                for _ in range(times):
                    fitting.append(_fit(code, values, order + code))
            count = ''
        return fitting

    def _fit(code, values, format):
        if code in _BYTES:
            value = values.pop(0) if values else b''
            return value.encode() if isinstance(value, str) else memoryview(value).tobytes()
        if not values:
            return 0
        value = values.pop(0)
        if code in _FLOATS:
            return floating(value)
        bits = 8 * calcsize(format)
        value = whole(value) & (1 << bits) - 1
        return value - (1 << bits) if code.islower() and value >> bits - 1 else value

    def on_a_board(format, *values):
        format = known(format)
        try:
            return pack(format, *values)
        except (error, TypeError):
            size(format)
            return pack(format, *fitted(format, values))

    def into(format, buffer, offset, *values):
        data = on_a_board(format, *values)
        view = memoryview(buffer)
        start = offset if offset >= 0 else offset + len(view)
        if start < 0 or start + len(data) > len(view):
            raise ValueError('buffer too small')
        if view.readonly:
            raise TypeError('object with buffer protocol required')
        view[start:start + len(data)] = data

    def back(format, data, offset=0):
        count = size(format)
        view = memoryview(data.encode() if isinstance(data, str) else data)
        start = offset if offset >= 0 else offset + len(view)
        if start < 0 or start + count > len(view):
            raise ValueError('buffer too small')
        return unpack(known(format), view[start:start + count])

    module.pack, module.pack_into, module.calcsize = unseen(on_a_board), unseen(into), unseen(size)
    module.unpack, module.unpack_from = unseen(back), unseen(back)


# ---- json ----------------------------------------------------------------------------------------

_ESCAPES = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t'}


def _quoted(text):
    return '"' + ''.join(
        _ESCAPES.get(at) or (f'\\u{ord(at):04x}' if at < ' ' else at) for at in text) + '"'


def _written(value, between, after):
    """A value as a board writes it: what JSON has not is as it is printed."""
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return _quoted(value)
    if type(value) is bytes:
        return _quoted(value.decode('utf-8', 'replace'))
    if isinstance(value, dict):
        return '{' + between.join(
            _key(key, between, after) + after + _written(item, between, after)
            for key, item in value.items()) + '}'
    if isinstance(value, list) or type(value) is tuple:
        return '[' + between.join(_written(item, between, after) for item in value) + ']'
    return repr(value)


def _key(key, between, after):
    written = _written(key, between, after)
    return written if written.startswith('"') else f'"{written}"'


def json(module, write, read):
    """`write(stream, text)` and `read(stream)` know devices."""
    usual = module.loads

    def dumps(value, separators=None, **more):
        if more:
            raise TypeError('extra keyword arguments given')
        between, after = (', ', ': ') if separators is None else separators
        return _written(value, between, after)

    def loads(text):
        if isinstance(text, (bytes, bytearray, memoryview)):
            text = bytes(text).decode()
        elif not isinstance(text, str):
            raise TypeError('object with buffer protocol required')
        return usual(text, strict=False, parse_constant=_refused)

    def dump(value, stream, separators=None):
        write(stream, dumps(value, separators))

    module.dumps, module.loads, module.dump = unseen(dumps), unseen(loads), unseen(dump)
    module.load = unseen(lambda stream: loads(read(stream)))


def _refused(constant):
    raise ValueError('syntax error in JSON')
