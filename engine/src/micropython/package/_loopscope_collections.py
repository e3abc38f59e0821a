"""`deque` and `namedtuple` as a board has them: small, and without the library's further methods. The library
itself goes on with its own."""

import sys

from _loopscope_data import whole


def _is_the_librarys(frame):
    loader = frame.f_globals.get('__loader__')
    return getattr(loader, '__name__', '') == 'FrozenImporter'


def _named(more):
    if more:
        raise TypeError("function doesn't take keyword arguments")


# ---- deque ---------------------------------------------------------------------------------------

def make_deque(original):
    class deque:
        """Of a fixed length; with the flag 1 what is too much is refused."""

        __slots__ = ('_items', '_checks')
        __hash__ = None

        def __new__(cls, *args, **more):
            if cls is deque and _is_the_librarys(sys._getframe(1)):
                return original(*args, **more)
            return super().__new__(cls)

        def __init__(self, *args, **more):
            _named(more)
            if len(args) < 2:
                raise TypeError(f'function missing {2 - len(args)} required positional arguments')
            if len(args) > 3:
                raise TypeError(f'function expected at most 3 arguments, got {len(args)}')
            length = whole(args[1])
            if length < 0:
                raise ValueError
            self._items = original((), length)
            self._checks = bool(len(args) > 2 and args[2] & 1)
            self.extend(args[0])

        def __repr__(self):
            return '<deque>'

        def __eq__(self, other):
            return self is other

        def __len__(self):
            return len(self._items)

        def __iter__(self):
            return iter(self._items)

        def _at(self, place):
            if not isinstance(place, int):
                raise TypeError(f'deque indices must be integers, not {type(place).__name__}')
            if not -len(self._items) <= place < len(self._items):
                raise IndexError('deque index out of range')
            return place

        def __getitem__(self, place):
            return self._items[self._at(place)]

        def __setitem__(self, place, item):
            self._items[self._at(place)] = item

        def __delitem__(self, place):
            raise TypeError("'deque' object doesn't support item deletion")

        def _make_room(self):
            if self._checks and len(self._items) >= self._items.maxlen:
                raise IndexError('full')

        def append(self, item):
            self._make_room()
            self._items.append(item)

        def appendleft(self, item):
            self._make_room()
            self._items.appendleft(item)

        def extend(self, items):
            for item in items:
                self.append(item)

        def pop(self):
            if not self._items:
                raise IndexError('empty')
            return self._items.pop()

        def popleft(self):
            if not self._items:
                raise IndexError('empty')
            return self._items.popleft()

    deque.__qualname__ = 'deque'
    deque.__module__ = 'collections'
    return deque


# ---- namedtuple ----------------------------------------------------------------------------------

class _Field:
    __slots__ = ('_place',)

    def __init__(self, place):
        self._place = place

    def __get__(self, holder, kind=None):
        return self if holder is None else tuple.__getitem__(holder, self._place)

    def __set__(self, holder, value):
        raise AttributeError("can't set attribute")


def make_namedtuple(original):
    def namedtuple(name, fields, *args, **more):
        if _is_the_librarys(sys._getframe(1)):
            return original(name, fields, *args, **more)
        _named(more)
        if isinstance(fields, str):
            fields = fields.split()
        elif not isinstance(fields, (list, tuple)):
            raise TypeError(f"object '{type(fields).__name__}' isn't a tuple or list")
        return _class(name, tuple(fields))

    return namedtuple


def _class(name, fields):
    def make(cls, *args, **named):
        given = len(args) + len(named)
        if given != len(fields):
            raise TypeError(
                f'{name}() takes {len(fields)} positional arguments but {given} were given')
        values = list(args) + [None] * len(named)
        for field, value in named.items():
            if field not in fields:
                raise TypeError(f"unexpected keyword argument '{field}'")
            if fields.index(field) < len(args):
                raise TypeError(f"function got multiple values for argument '{field}'")
            values[fields.index(field)] = value
        return tuple.__new__(cls, values)

    def shown(self):
        return f"{name}({', '.join(f'{field}={value!r}' for field, value in zip(fields, self))})"

    own = {'__slots__': (), '__new__': make, '__repr__': shown}
    for place, field in enumerate(fields):
        own.setdefault(field, _Field(place))
    return type(name, (tuple,), own)
