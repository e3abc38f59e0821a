# TaskQueue by hand: ordered by key, first in first out among equal keys, right across the wrap.
import asyncio
import time


async def nothing():
    pass


def new(names):
    return {name: asyncio.Task(nothing()) for name in names}


def drain(queue, tasks):
    order = []
    while queue.peek():
        head = queue.peek()
        task = queue.pop()
        order.append([name for name in tasks if tasks[name] is task][0])
        if head is not task:
            print("peek lies")
    return order


queue = asyncio.TaskQueue()
print(queue.peek())

tasks = new("abcdefgh")
for name, key in zip("abcdefgh", (5, 1, 5, 3, 1, 9, 5, 1)):
    queue.push(tasks[name], key)
print(drain(queue, tasks))

tasks = new("abcdef")
for name in "abcdef":
    queue.push(tasks[name], 7)
queue.remove(tasks["a"])
queue.remove(tasks["d"])
queue.remove(tasks["f"])
queue.push(tasks["d"], 7)
queue.push(tasks["a"], 6)
print(drain(queue, tasks))

top = time.ticks_add(0, -1)
tasks = new("abcd")
for name, key in zip("abcd", (3, top, 0, time.ticks_add(top, -5))):
    queue.push(tasks[name], key)
print(drain(queue, tasks))
print(queue.peek())
