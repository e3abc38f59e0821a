"""trio, which has a loop of its own: a nursery, a cancelled scope."""
import trio


async def child(delay):
    await trio.sleep(delay / 4)
    print('child', delay)


async def main():
    async with trio.open_nursery() as nursery:
        for delay in (3, 1, 2):
            nursery.start_soon(child, delay)
    with trio.move_on_after(0.01) as scope:
        await trio.sleep(5)
    print('cancelled', scope.cancelled_caught)


trio.run(main)
