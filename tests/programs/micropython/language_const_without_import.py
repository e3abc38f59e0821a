# Const() is known to the compiler and need not be imported.
POLL = const(3)
_MASK = const(POLL | 4)


class Device:
    READ = const(1)

    def mask(self):
        return _MASK | self.READ


print(POLL, Device().mask())
