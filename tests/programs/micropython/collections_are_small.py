# `deque` and `namedtuple` have what a board has, and no more of the library's.
from collections import deque, namedtuple


def tried(call):
    try:
        print(call())
    except Exception as e:
        print(repr(e))


queue = deque((), 2)
print(queue, len(queue), bool(queue), type(queue))
for item in (1, 2, 3):
    queue.append(item)
print(list(queue), queue[0], queue[-1], 3 in queue, queue == queue, queue == deque([2, 3], 2))
queue.extend([4, 5])
queue[0] = 7
print(tuple(queue), queue.pop(), queue.popleft(), sorted(deque([3, 1, 2], 3)))
for call in (
    lambda: queue.popleft(),
    lambda: queue[0],
    lambda: queue["a"],
    lambda: queue + queue,
    lambda: queue.rotate(1),
    lambda: queue.clear(),
    lambda: queue.maxlen,
    lambda: deque(),
    lambda: deque([]),
    lambda: deque([], None),
    lambda: deque([], -1),
    lambda: deque(5, 1),
    lambda: deque((), maxlen=1),
    lambda: deque([1, 2, 3], 2, 1),
    lambda: list(deque([1], 0)),
    lambda: hash(queue),
):
    tried(call)

Point = namedtuple("Point", ["x", "y"])
print(Point(1, 2), Point(y=1, x=2), Point(1, 2) == (1, 2), Point, namedtuple("Pair", "a b")(1, 2))
for call in (
    lambda: Point(1),
    lambda: Point(1, 2, 3),
    lambda: Point(1, z=3),
    lambda: Point(1, x=3),
    lambda: Point(1, 2)._asdict(),
    lambda: Point(1, 2)._replace(x=1),
    lambda: Point._fields,
    lambda: Point._make([1, 2]),
    lambda: setattr(Point(1, 2), "x", 5),
    lambda: namedtuple("Q", 5),
    lambda: namedtuple("Q", "a", defaults=[1]),
    lambda: namedtuple("Q", ["a", "class"])(1, 2),
):
    tried(call)


class Vector(Point):
    def total(self):
        return self.x + self.y


print(Vector(1, 2).total(), isinstance(Vector(1, 2), tuple))
