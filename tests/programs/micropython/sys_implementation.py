# `sys.implementation` is a tuple with names, and more of sys and os.
import os, sys

print(sys.implementation[0], type(sys.implementation._mpy), type(sys.version_info))
print([e[0] for e in os.ilistdir("/") if e[0] == "tmp"], hasattr(sys, "atexit"))
