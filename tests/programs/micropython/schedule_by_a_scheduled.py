# What a scheduled function schedules runs soon, in a busy loop and in time.sleep() too.
import micropython, time

n = 0


def inner(_):
    global n
    n += 1


def outer(_):
    micropython.schedule(inner, None)


micropython.schedule(outer, None)
end = time.ticks_add(time.ticks_ms(), 300)
while not n and time.ticks_diff(end, time.ticks_ms()) > 0:
    pass
print(n)
micropython.schedule(outer, None)
for _ in range(3):
    time.sleep(0.01)
print(n)
