"""pytest with pytest-asyncio: a small suite of which one test fails."""
import asyncio
import re
import sys

import pytest


@pytest.mark.asyncio
async def test_passes():
    assert await asyncio.sleep(0.01, 'value') == 'value'


@pytest.mark.asyncio
async def test_times_out():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(1)


@pytest.mark.asyncio
async def test_fails():
    assert await asyncio.sleep(0, 1) == 2


class Said:
    """What pytest tells of each test."""

    def pytest_runtest_logreport(self, report):
        if report.when == 'call':
            print(report.nodeid.rpartition('::')[2], report.outcome)
            for line in str(report.longrepr or '').splitlines():
                if re.match('E ', line):
                    print(line)


if __name__ == '__main__':
    options = ['--capture=no', '--rootdir=.', '-p', 'no:terminal',
               '-p', 'no:cacheprovider', __file__]
    sys.exit(int(pytest.main(options, plugins=[Said()])))
