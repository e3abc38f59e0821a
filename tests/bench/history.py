"""A chain of call_soon as long as the second argument says, for a recording."""
import sys

from measure import new_loop

loop = new_loop()
left = int(sys.argv[2])


def link():
    global left
    left -= 1
    if left:
        loop.call_soon(link)
    else:
        loop.stop()


loop.call_soon(link)
loop.run_forever()
loop.close()
