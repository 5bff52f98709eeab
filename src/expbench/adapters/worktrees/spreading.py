"""A hint to ext4: folders made here may lie far apart on the disk.

ext4 gives new files no inode that was freed in the last minutes, and looks at each of them for every new file. Where
thousands of files come and go at one place, each work tree would cost several times the first one (measured: 2.0 s
of CPU in place of 0.27 s for 2,000 files). With the hint, most land where nothing has been deleted.
"""

import os
import struct
import sys
from contextlib import suppress
from typing import Final

_GET_FLAGS: Final = 0x80086601
_SET_FLAGS: Final = 0x40086602
_TOP_OF_HIERARCHY: Final = 0x00020000  # `chattr +T`


def spread(folder: str) -> None:
    """Give the hint; other file systems, and other systems, know of none."""
    if sys.platform != "linux":
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            flags = struct.unpack("l", fcntl.ioctl(descriptor, _GET_FLAGS, bytes(struct.calcsize("l"))))[0]
            fcntl.ioctl(descriptor, _SET_FLAGS, struct.pack("l", flags | _TOP_OF_HIERARCHY))
    finally:
        os.close(descriptor)
