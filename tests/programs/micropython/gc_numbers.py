# Gc tells how much memory there is, and takes a threshold.
import gc

gc.collect()
gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())
print(gc.mem_free() > 0, gc.mem_alloc() > 0, gc.threshold() > 0)
