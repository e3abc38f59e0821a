# A module that does not exist.
# ends: code 1
import asyncio
import no_such_module_anywhere

print("never")
