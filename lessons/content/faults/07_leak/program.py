# A server answers requests, and gets slower every day.
import asyncio


async def watch(request, closed):
    await closed.wait()
    print("closed:", request)


async def answer(request):
    closed = asyncio.Event()
    watching = asyncio.create_task(watch(request, closed))
    await asyncio.sleep(0.1)
    print("answer:", request)
    if request != "b":
        closed.set()
        await watching
    return watching


async def main():
    kept = [await answer(request) for request in ("a", "b", "c")]
    print("pending:", sum(not task.done() for task in kept))


asyncio.run(main())
