# A callback that a callback registers waits for the next batch, behind everything of this one.
import asyncio

loop = asyncio.new_event_loop()


def parent(name):
    print("parent", name)
    loop.call_soon(child, name)


def child(name):
    print("  child of", name)
    if name == "b":
        loop.call_soon(grandchild)


def grandchild():
    print("    grandchild")
    loop.stop()


for name in "abc":
    loop.call_soon(parent, name)
loop.run_forever()
loop.close()
