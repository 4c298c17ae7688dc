package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import org.backbonelab.kernel.JavaKernel;

/**
 * The door through which libraries find a running IJava kernel.
 *
 * <p>Display adapters written for IJava call {@code IJava.getKernelInstance()} by reflection. Our kernel uses the same
 * display classes, so answering under this name makes those adapters work unchanged.
 */
public final class IJava {
    private IJava() {}

    /** The kernel of this JVM, or null outside a notebook. */
    public static BaseKernel getKernelInstance() {
        return JavaKernel.instance();
    }
}
