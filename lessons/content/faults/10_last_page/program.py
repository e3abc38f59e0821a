# Everything was written, says the program. The last page is missing.
import asyncio


async def write(page):
    await asyncio.sleep(page / 10)
    print("written: page", page)


async def main():
    for page in (1, 2, 3):
        kept.append(loop.create_task(write(page)))
    await asyncio.sleep(0.25)
    print("main: all pages are written")


kept = []
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
for task in kept:
    task._log_destroy_pending = False
