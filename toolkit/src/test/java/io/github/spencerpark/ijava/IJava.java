package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;

/** Stands for IJava's main class: the static door to the kernel, null where none runs. */
public final class IJava {
    private static BaseKernel kernel;

    private IJava() {}

    public static BaseKernel getKernelInstance() {
        return kernel;
    }

    public static void set(BaseKernel running) {
        kernel = running;
    }
}
