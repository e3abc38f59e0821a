# stop() does nothing where run_forever() does not run: before it, after it, under run().
import asyncio

loop = asyncio.get_event_loop()


async def worker():
    for step in range(3):
        print("worker", step)
        await asyncio.sleep_ms(5)
    loop.stop()
    print("worker stops")


async def main():
    loop.stop()
    print("main: stop() is nothing here")
    await asyncio.sleep_ms(5)
    print("main goes on")
    return "value"


loop.stop()
loop.create_task(worker())
loop.run_forever()
print("stopped")
loop.stop()
print(asyncio.run(main()))
print(loop.run_until_complete(main()))
