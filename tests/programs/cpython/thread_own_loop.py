# Each thread may run a loop of its own.
import asyncio
import threading

results = {}


async def work(name):
    await asyncio.sleep(0.01)
    return name.upper()


def run(name):
    try:
        asyncio.get_event_loop()
    except RuntimeError as error:
        results[name + " before"] = str(error).split(" in ")[0]
    results[name] = asyncio.run(work(name))


threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for name in sorted(results):
    print(name, "->", results[name])
