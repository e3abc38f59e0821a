# Two tickets are left, three people buy one, and everybody is happy.
import asyncio

tickets = 2


async def buy(name):
    global tickets
    if tickets > 0:
        await asyncio.sleep(0.1)
        tickets -= 1
        print(name, "has a ticket")
    else:
        print(name, "is too late")


async def main():
    for name in ("Ada", "Ben", "Cleo"):
        asyncio.create_task(buy(name))
        await asyncio.sleep(0.04)
    await asyncio.sleep(1)
    print("tickets left:", tickets)


asyncio.run(main())
