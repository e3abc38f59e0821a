"""The file systems of a board. There is one here, which is the machine's own; nothing is mounted."""

import os as _os


class VfsPosix:
    """The machine's file system from a folder on."""

    def __init__(self, root=''):
        self._root = root

    def open(self, path, mode):
        return open(_os.path.join(self._root, path.lstrip('/')), mode)

    def ilistdir(self, path=''):
        return _os.ilistdir(_os.path.join(self._root, path.lstrip('/')) or '.')

    def stat(self, path):
        return _os.stat(_os.path.join(self._root, path.lstrip('/')))


def mount(*args, **options):
    if not args:
        return [(VfsPosix(), '/')]
    raise OSError('nothing can be mounted here: the program uses the machine\'s own files')


def umount(mount_point):
    raise OSError(22)
