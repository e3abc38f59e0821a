"""asyncio's logger. The logging module is imported with the first message."""


class _LazyLogger:
    def __getattr__(self, name):
        import logging
        return getattr(logging.getLogger('asyncio'), name)


logger = _LazyLogger()
