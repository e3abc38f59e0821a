# One task reports every second, while another one downloads.
import asyncio
import time


async def report():
    for number in range(4):
        print("report", number)
        await asyncio.sleep(1)


async def download():
    print("download begins")
    time.sleep(2.5)
    print("download ends")


async def main():
    await asyncio.gather(report(), download())


asyncio.run(main())
