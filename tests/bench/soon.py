"""A chain of call_soon: each link registers the next."""
from measure import new_loop, report

COUNT = 1_000_000

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
