"""Prints the documented API of asyncio as this interpreter has it: a name and what it is, a line each.

With the path of the ledger, `api.toml`, it prints only where the two disagree, and then exits with 1.
Parameters are told without `self`, without annotations and without the marks of positional ones, in
which a native function differs from one in Python without a difference to its callers.
"""

import asyncio
import inspect
import sys
import warnings

warnings.simplefilter('ignore')

# Of these every name is told, also where it comes from a base.
WHOLE = ('Future', 'Task', 'Handle', 'TimerHandle', 'SelectorEventLoop')
# These are the same as others, or have nothing but what others have.
CLASSES_ALONE = ('EventLoop', 'BaseEventLoop')


def parameters(function):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return '?'
    told = []
    starred = False
    for parameter in signature.parameters.values():
        if parameter.name == 'self':
            continue
        text = parameter.name
        if parameter.kind is parameter.VAR_POSITIONAL:
            text, starred = '*' + text, True
        elif parameter.kind is parameter.VAR_KEYWORD:
            text = '**' + text
        elif parameter.kind is parameter.KEYWORD_ONLY and not starred:
            told.append('*')
            starred = True
        if parameter.default is not parameter.empty:
            default = parameter.default
            shown = int(default) if isinstance(default, int) and not isinstance(default, bool) else default
            text += f'={shown!r}'
        told.append(text)
    return '({})'.format(', '.join(told))


def told(value):
    """What a value is, in the ledger's words."""
    if inspect.isclass(value):
        return 'class'
    if not callable(value):
        return 'value'
    return ('async ' if asyncio.iscoroutinefunction(value) else '') + parameters(value)


def public(names):
    return {name for name in names if not name.startswith('_')}


def members(name, cls):
    """The names that a class adds to its bases, or changes."""
    found = public(dir(cls))
    if name in WHOLE:
        return sorted(found)
    for base in cls.__mro__[1:]:
        if base.__module__ == 'builtins' or base.__name__ in asyncio.__all__:
            same = {n for n in public(dir(base))
                    if inspect.getattr_static(base, n) is inspect.getattr_static(cls, n)}
            found -= same
    return sorted(found)


def rows():
    """Every name, with its class before it, and what it is."""
    for name in sorted(public(asyncio.__all__)):
        value = getattr(asyncio, name)
        yield f'asyncio.{name}', told(value)
        if inspect.isclass(value) and name not in CLASSES_ALONE:
            for member in members(name, value):
                yield f'{name}.{member}', told(getattr(value, member))


def main():
    found = dict(rows())
    if len(sys.argv) == 1:
        for name, text in found.items():
            print(name, text, sep='\t')
        return 0
    import tomllib
    with open(sys.argv[1], 'rb') as file:
        ledger = tomllib.load(file)
    expected = {f'{owner}.{name}': row.get('here', row['told'])
                for owner, names in ledger.items() for name, row in names.items()}
    disagree = [name for name in sorted(found | expected) if found.get(name) != expected.get(name)]
    for name in disagree:
        print(f'{name}: the ledger has {expected.get(name)}, the interpreter {found.get(name)}')
    return 1 if disagree else 0


if __name__ == '__main__':
    sys.exit(main())
