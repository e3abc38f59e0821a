"""Compiling as MicroPython does: `async def` makes a generator, `await` is `yield from`, and both
`await` in a plain function and `yield` in an `async def` are allowed."""

import sys

from _loopscope import WAS_ASYNC
from _opcode_metadata import opmap

_compile = sys.modules['_loopscope_language']._compile

_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200
_ONLY_TREE = 0x400
_GET_AWAITABLE = opmap['GET_AWAITABLE']
_GET_YIELD_FROM_ITER = opmap['GET_YIELD_FROM_ITER']


def compiled(source, path, mode):
    try:
        return _compiled(source, path, mode)
    except TabError:
        from _loopscope_syntax import tabs_as_columns
        source = tabs_as_columns(source)
    except SyntaxError as error:
        from _loopscope_syntax import as_on_a_board
        raise as_on_a_board(error) from None
    return compiled(source, path, mode)


def _compiled(source, path, mode):
    try:
        code = _compile(source, path, mode, 0, True)
    except SyntaxError:
        code = _rewritten(source, path, mode)
        if code is None:
            raise
    else:
        if _has_async_generator(code):
            code = _rewritten(source, path, mode) or code
    return as_generators(code)


def as_generators(code):
    """The code of a module or a function, in which every coroutine has become a generator."""
    changed = False
    consts = []
    for const in code.co_consts:
        if hasattr(const, 'co_flags'):
            became = as_generators(const)
            changed = changed or became is not const
            const = became
        consts.append(const)
    if code.co_flags & _COROUTINE:
        flags = code.co_flags & ~_COROUTINE | _GENERATOR | WAS_ASYNC
        return code.replace(co_flags=flags, co_consts=tuple(consts), co_code=_yielding(code.co_code))
    return code.replace(co_consts=tuple(consts)) if changed else code


def _yielding(instructions):
    """Instructions of two bytes in which `await` asks for an iterator, as `yield from` does, and never
    for `__await__`."""
    if _GET_AWAITABLE not in instructions:
        return instructions
    changed = bytearray(instructions)
    for at in range(0, len(changed), 2):
        if changed[at] == _GET_AWAITABLE:
            changed[at:at + 2] = _GET_YIELD_FROM_ITER, 0
    return bytes(changed)


def convert(namespace):
    """Makes generators of the coroutines of a module or a class that was compiled otherwise."""
    for value in list(namespace.values()):
        if type(value).__name__ == 'function':
            value.__code__ = as_generators(value.__code__)
        elif isinstance(value, type) and value.__dict__ is not namespace:
            for inner in list(vars(value).values()):
                if type(inner).__name__ == 'function':
                    inner.__code__ = as_generators(inner.__code__)


def _has_async_generator(code):
    if code.co_flags & _ASYNC_GENERATOR:
        return True
    return any(_has_async_generator(const) for const in code.co_consts
               if hasattr(const, 'co_flags'))


def _rewritten(source, path, mode):
    """The code of the tree in which such functions are plain ones, if there are any."""
    import ast

    class Awaits(ast.NodeTransformer):
        """Awaits of one function as `yield from`; the functions in it are left alone."""

        def visit_Await(self, node):
            self.generic_visit(node)
            return ast.copy_location(ast.YieldFrom(node.value), node)

        def visit_function(self, node):
            return node

        visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_function

    class Functions(ast.NodeTransformer):
        found = False

        def visit_FunctionDef(self, node):
            self.generic_visit(node)
            if _contains(ast, node, (ast.Await,)):
                self.found = True
                node.body = [Awaits().visit(statement) for statement in node.body]
            return node

        def visit_Lambda(self, node):
            self.generic_visit(node)
            if _contains(ast, node, (ast.Await,)):
                self.found = True
                node.body = Awaits().visit(node.body)
            return node

        def visit_AsyncFunctionDef(self, node):
            self.generic_visit(node)
            if (not _contains(ast, node, (ast.Yield, ast.YieldFrom))
                    or _contains(ast, node, (ast.AsyncFor, ast.AsyncWith))):
                return node
            self.found = True
            fields = {name: getattr(node, name, None) for name in ast.FunctionDef._fields}
            fields['body'] = [Awaits().visit(statement) for statement in node.body]
            return ast.copy_location(ast.FunctionDef(**fields), node)

    try:
        tree = _compile(source, path, mode, _ONLY_TREE)
    except SyntaxError:
        return None
    functions = Functions()
    tree = functions.visit(tree)
    return _compile(tree, path, mode) if functions.found else None


def _contains(ast, function, kinds):
    """Whether one of these stands in the function itself, and not in one inside it."""
    left = list(function.body) if isinstance(function.body, list) else [function.body]
    while left:
        node = left.pop()
        if isinstance(node, kinds):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            left.extend(ast.iter_child_nodes(node))
    return False
