"""Running for ever, stopping, running on, and starting over. Twin of src/bin/stop_and_close.rs."""
import asyncio


async def ticker(times):
    for time in range(times):
        await asyncio.sleep_ms(30)
        print("tick", time + 1)


async def stops_after(ms):
    await asyncio.sleep_ms(ms)
    asyncio.get_event_loop().stop()
    # A second time it does nothing.
    asyncio.get_event_loop().stop()


async def last():
    await asyncio.sleep_ms(20)


loop = asyncio.get_event_loop()
loop.create_task(ticker(6))
loop.create_task(stops_after(100))
loop.run_forever()
print("stopped")
# This does nothing: the loop runs on afterwards.
loop.close()
loop.create_task(stops_after(40))
loop.run_forever()
print("stopped again")
loop.create_task(ticker(2))
# What is queued is dropped.
asyncio.new_event_loop()
loop.run_until_complete(last())
