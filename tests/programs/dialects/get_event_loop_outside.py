"""get_event_loop() where there is no loop makes one, with a warning since 3.12; in 3.14 it makes none."""
import asyncio

import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    try:
        loop = asyncio.get_event_loop()
        print('a loop', loop.is_running())
        loop.close()
    except RuntimeError as error:
        print('RuntimeError', error)
print([str(warning.message) for warning in caught])
