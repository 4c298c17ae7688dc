package org.dflib.jjava.jupyter.kernel;

/** Stands for JJava's kernel, whose static door throws where no kernel runs. */
public final class BaseKernel {
    private static BaseKernel kernel;

    private final JupyterIO io = new JupyterIO();

    public static BaseKernel notebookKernel() {
        if (kernel == null) {
            throw new IllegalStateException("no kernel is running");
        }
        return kernel;
    }

    public static void set(BaseKernel running) {
        kernel = running;
    }

    public JupyterIO getIO() {
        return io;
    }
}
