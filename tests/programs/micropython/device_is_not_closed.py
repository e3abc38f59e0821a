# Io.IOBase has nothing but what the program writes: no close() of its own accord.
import gc, io


class Port(io.IOBase):
    def close(self):
        print("closed")


def use():
    Port()


use()
gc.collect()
print(hasattr(Port(), "readline"), hasattr(Port(), "__enter__"), hasattr(Port(), "closed"))
