"""Says whether there is an NVIDIA driver with a GPU that CUDA 12 can use: exit code 0, or 1; the reason on stdout."""

import ctypes
import sys


def find():
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError as e:
        return False, f"there is no NVIDIA driver ({e})"
    number = ctypes.c_int(0)
    error = cuda.cuInit(0)
    if error:
        return False, f"the NVIDIA driver does not start (cuInit says {error})"
    cuda.cuDriverGetVersion(ctypes.byref(number))
    version = f"{number.value // 1000}.{number.value % 1000 // 10}"
    if number.value < 12000:
        return False, f"the NVIDIA driver is of CUDA {version}, and 12.0 or later is needed"
    cuda.cuDeviceGetCount(ctypes.byref(number))
    if number.value < 1:
        return False, "the NVIDIA driver shows no GPU (docker run wants --gpus all)"
    return True, f"the NVIDIA driver, of CUDA {version}, shows {number.value} GPU"


if __name__ == "__main__":
    found, why = find()
    print(why)
    sys.exit(0 if found else 1)
