import asyncio, concurrent.futures, time
def work(n):
    time.sleep(0.02)
    return n * 2
def fails():
    raise ValueError('no')
async def main():
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, work, 4))
    print(await asyncio.to_thread(work, 5))
    try:
        await loop.run_in_executor(None, fails)
    except ValueError as e:
        print(e)
    with concurrent.futures.ThreadPoolExecutor(1) as one:
        a = loop.run_in_executor(one, work, 1)
        b = loop.run_in_executor(one, work, 2)
        b.cancel()
        print(await a)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        print(await loop.run_in_executor(pool, work, 7))
if __name__ == '__main__':
    asyncio.run(main())
