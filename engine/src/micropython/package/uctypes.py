"""Memory by its layout, as MicroPython's `uctypes`. An address is that of a buffer which was asked
for it; there is no other memory here."""

import struct as _struct

LITTLE_ENDIAN, BIG_ENDIAN, NATIVE = 0, 1, 2
UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 = (kind << 27 for kind in range(8))
BFUINT8, BFINT8, BFUINT16, BFINT16, BFUINT32, BFINT32 = (kind << 27 for kind in range(8, 14))
FLOAT32, FLOAT64 = 0xf << 27, 0xe << 27
VOID = UINT8
PTR, ARRAY = 1 << 60, 2 << 60
SHORT, USHORT, INT, UINT, LONG, ULONG = INT16, UINT16, INT32, UINT32, INT64, UINT64
LONGLONG, ULONGLONG = INT64, UINT64
BF_POS, BF_LEN = 17, 22

_FORMATS = 'BbHhIiQqBbHhIidf'
_OFFSET = (1 << 17) - 1
_STEP = 1 << 24
_buffers = []


def addressof(buffer):
    """The address by which the buffer is found again."""
    for at, (known, start) in enumerate(_buffers):
        if known is buffer:
            return start
    start = 0x20000000 + sum((len(known) // _STEP + 1) * _STEP for known, _ in _buffers)
    _buffers.append((buffer, start))
    return start


def _memory(address):
    for buffer, start in _buffers:
        if start <= address <= start + len(buffer):
            return memoryview(buffer)[address - start:]
    raise ValueError('there is no buffer at that address')


def bytes_at(address, size):
    return bytes(_memory(address)[:size])


def bytearray_at(address, size):
    return _memory(address)[:size]


def _kind(number):
    return number >> 27 & 15


def _is_field(number):
    return 8 <= _kind(number) <= 13


def _size_of(layout):
    if isinstance(layout, dict):
        return max((_end_of(field) for field in layout.values()), default=0)
    if isinstance(layout, tuple):
        offset, *rest = layout
        if offset >> 60 == 2:
            count = rest[0] & ((1 << 27) - 1)
            return count * (_size_of(rest[1]) if len(rest) > 1 else _scalar_size(rest[0]))
        if offset >> 60 == 1:
            return 8
        return _size_of(rest[0])
    return _scalar_size(layout)


def _scalar_size(number):
    return _struct.calcsize(_FORMATS[_kind(number)])


def _end_of(field):
    number = field[0] if isinstance(field, tuple) else field
    return (number & _OFFSET) + _size_of(field)


def sizeof(layout, order=NATIVE):
    if isinstance(layout, struct):
        layout = layout._layout
    elif isinstance(layout, _Array):
        return layout._count * layout._size
    return _size_of(layout)


def _order(order):
    return '>' if order == BIG_ENDIAN else '<'


class struct:
    """The memory at an address by the names of its layout."""

    def __init__(self, address, layout, order=NATIVE):
        self.__dict__.update(_at=_memory(address) if isinstance(address, int) else address,
                             _layout=layout, _byte_order=order)

    def _field(self, name):
        try:
            field = self._layout[name]
        except KeyError:
            raise AttributeError(name) from None
        number = field[0] if isinstance(field, tuple) else field
        return field, number, self._at[number & _OFFSET:]

    def __getattr__(self, name):
        field, number, memory = self._field(name)
        if isinstance(field, tuple):
            if number >> 60 == 2:
                return _Array(memory, field[1:], self._byte_order)
            if number >> 60 == 1:
                raise NotImplementedError('pointers lead nowhere here')
            return struct(memory, field[1], self._byte_order)
        return _read(memory, number, self._byte_order)

    def __setattr__(self, name, value):
        field, number, memory = self._field(name)
        if isinstance(field, tuple):
            raise TypeError('only scalars can be set')
        _write(memory, number, self._byte_order, value)

    def __bytes__(self):
        return bytes(self._at[:_size_of(self._layout)])


def _bits(number):
    return number >> BF_POS & 31, number >> BF_LEN & 31


def _read(memory, number, order):
    format = _order(order) + _FORMATS[_kind(number)]
    value, = _struct.unpack_from(format, memory)
    if _is_field(number):
        position, length = _bits(number)
        value = value >> position & ((1 << length) - 1)
    return value


def _write(memory, number, order, value):
    format = _order(order) + _FORMATS[_kind(number)]
    if _is_field(number):
        position, length = _bits(number)
        whole, = _struct.unpack_from(format, memory)
        mask = ((1 << length) - 1) << position
        value = whole & ~mask | value << position & mask
    elif _kind(number) < 8:
        bits = 8 * _scalar_size(number)
        value &= (1 << bits) - 1
        if _kind(number) & 1 and value >> bits - 1:
            value -= 1 << bits
    _struct.pack_into(format, memory, 0, value)


class _Array:
    def __init__(self, memory, rest, order):
        self._memory, self._byte_order = memory, order
        self._count = rest[0] & ((1 << 27) - 1)
        self._item = rest[1] if len(rest) > 1 else rest[0] & ~((1 << 27) - 1)
        self._size = _size_of(self._item)

    def __len__(self):
        return self._count

    def _place(self, at):
        if not 0 <= at < self._count:
            raise IndexError('struct: index out of range')
        return self._memory[at * self._size:]

    def __getitem__(self, at):
        place = self._place(at)
        if isinstance(self._item, dict):
            return struct(place, self._item, self._byte_order)
        return _read(place, self._item, self._byte_order)

    def __setitem__(self, at, value):
        _write(self._place(at), self._item, self._byte_order, value)
