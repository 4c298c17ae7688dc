package org.backbonelab.io;

import java.io.IOException;
import java.nio.file.Path;

/** There is no room on a disk: nothing is wrong with what was to be written, nor with the folder. */
public final class DiskFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Builds the exception of a message that an earlier one had. */
    public DiskFullException(String message) {
        super(message);
    }

    private DiskFullException(Path file, IOException cause) {
        super("the disk is full: " + file + " cannot be written; make room on it", cause);
    }

    /**
     * Throws itself if that is why a file could not be written.
     *
     * @param cause what the system said, in C's words, as Java has none of its own for it
     */
    static void throwIf(Path file, IOException cause) {
        String why = String.valueOf(cause.getMessage());
        if (why.contains("No space left on device") || why.contains("Disk quota exceeded")) {
            throw new DiskFullException(file, cause);
        }
    }
}
