# The decorators of the compiler need no import either.
@micropython.native
def half(x):
    return x // 2


@micropython.bytecode
def twice(x):
    return x * 2


print(half(9), twice(4))
