# What MicroPython's documentation says of run(): tasks that are left when main ends are cancelled.
# dialect: micropython
#
# Real firmware keeps them (see run_leftovers_firmware.py), so this output was reasoned by hand:
# - worker prints 0, 1 and 2 at 0, 60 and 120 ms and sleeps until 180; main ends at 150.
# - run() then cancels worker, which sees the cancellation in its sleep, and waits for it; only
#   then does run() return, so "cancelled" stands before "between the runs".
# - early was made in main's last step: it is cancelled before its own first step and never begins.
# - in the second run nothing of the first is left.
import asyncio


async def worker():
    try:
        for step in range(4):
            print("worker", step)
            await asyncio.sleep_ms(60)
        print("worker done")
    except asyncio.CancelledError:
        print("worker cancelled")
        raise


async def early():
    print("early begins")


async def first():
    asyncio.create_task(worker())
    await asyncio.sleep_ms(150)
    asyncio.create_task(early())
    print("first main over")


async def second():
    print("second main begins")
    await asyncio.sleep_ms(210)
    print("second main over")


asyncio.run(first())
print("between the runs")
asyncio.run(second())
