"""Timers of many delays, all in the heap at once, a tenth of them cancelled."""
from measure import new_loop, report

COUNT = 200_000

loop = new_loop()
fired = 0


def fire():
    global fired
    fired += 1


def last():
    loop.stop()


handles = []
for number in range(COUNT):
    # A fixed scatter over half a second; no two runs differ.
    handles.append(loop.call_later((number * 7919 % 5000) / 10_000, fire))
for handle in handles[::10]:
    handle.cancel()
loop.call_later(1.5, last)
loop.run_forever()
assert fired == COUNT - COUNT // 10, fired
loop.close()
report("timers", COUNT)
