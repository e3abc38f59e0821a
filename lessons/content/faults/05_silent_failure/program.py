# Three pages are fetched, and two come. Nobody complains.
import asyncio

running = []


async def fetch(page):
    await asyncio.sleep(page)
    if page == 2:
        raise LookupError("no page 2")
    print("page", page)


async def main():
    for page in (1, 2, 3):
        running.append(asyncio.create_task(fetch(page)))
    await asyncio.sleep(4)
    print("main: all pages are there")


asyncio.run(main())
for task in running:
    task.cancelled() or task.exception()
