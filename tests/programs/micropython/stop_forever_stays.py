# run_forever() stays although all tasks have ended, as long as one can still be woken.
import asyncio

loop = asyncio.get_event_loop()
done = []


async def short(name):
    done.append(name)


async def stop_late():
    await asyncio.sleep_ms(40)
    print("ended by now:", done)
    loop.stop()


for name in "ab":
    loop.create_task(short(name))
loop.create_task(stop_late())
print(loop.run_forever())
