# A deque of fixed length; with the flag 1 it refuses what is too much.
from collections import deque

d = deque((), 2)
e = deque((), 2, 1)
for n in range(3):
    d.append(n)
    try:
        e.append(n)
    except IndexError as error:
        print(error)
print(list(d), list(e))
