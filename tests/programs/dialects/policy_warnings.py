"""Policies are deprecated since 3.14."""
import asyncio

import warnings

for use in (asyncio.get_event_loop_policy, lambda: asyncio.set_event_loop_policy(None)):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        use()
    print([str(warning.message) for warning in caught])
