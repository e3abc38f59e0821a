"""A chain of call_soon: each link registers the next. The second argument is how many there are."""
import sys

from measure import new_loop, report

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000

loop = new_loop()
left = COUNT


def link():
    global left
    left -= 1
    if left:
        loop.call_soon(link)
    else:
        loop.stop()


loop.call_soon(link)
loop.run_forever()
assert left == 0
loop.close()
report("chained call_soon", COUNT)
