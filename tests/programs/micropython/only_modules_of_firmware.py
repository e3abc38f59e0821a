# A module of the larger library that no firmware has is not there: programs ask for it to find out where they run.
for name in ("inspect", "functools", "typing", "dataclasses", "enum", "subprocess", "contextlib",
             "datetime", "queue", "unittest", "logging"):
    try:
        __import__(name)
        print(name, "is there")
    except ImportError as e:
        print(e)

try:
    from functools import partial
except ImportError:
    partial = None
print(partial)

for name in ("asyncio", "binascii", "collections", "errno", "gc", "hashlib", "heapq", "io", "json",
             "machine", "math", "micropython", "os", "random", "re", "select", "socket", "struct", "sys",
             "time", "uctypes", "vfs"):
    __import__(name)
