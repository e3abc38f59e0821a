# A sleeper whose time has not come is left in the queue by stop() and wakes in the next run.
import asyncio

loop = asyncio.get_event_loop()


async def sleeper(name, ms):
    await asyncio.sleep_ms(ms)
    print("awake:", name)


async def stop_after(ms):
    await asyncio.sleep_ms(ms)
    loop.stop()
    print("stop asked for")


loop.create_task(sleeper("early", 20))
loop.create_task(sleeper("late", 90))
loop.create_task(stop_after(50))
loop.run_forever()
print("stopped")
loop.create_task(stop_after(80))
loop.run_forever()
print("stopped again")
