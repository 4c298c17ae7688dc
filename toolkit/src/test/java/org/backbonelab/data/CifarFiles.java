package org.backbonelab.data;

import java.nio.file.Path;

/** CIFAR-10's test file, with three records in place of ten thousand. */
public final class CifarFiles {
    /** The file's name, which is fixed. */
    public static final String NAME = "test_batch.bin";

    private static final int COUNT = 3;

    private CifarFiles() {}

    /** Returns a whole file. */
    public static byte[] records() {
        byte[] out = new byte[COUNT * (1 + 3 * 32 * 32)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (i % 10);
        }
        return out;
    }

    /** Reads a file. */
    public static void read(Path file) {
        Cifar.CIFAR10.testPart(file.getParent(), COUNT);
    }
}
