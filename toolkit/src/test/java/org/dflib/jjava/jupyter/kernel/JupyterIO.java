package org.dflib.jjava.jupyter.kernel;

/** Stands for JJava's streams of a cell. */
public final class JupyterIO {
    public final DisplayStream display = new DisplayStream();
}
