package org.backbonelab.kernel;

import java.util.List;

/** A cell that failed: what happened, and the lines that tell the user where. */
final class CellException extends Exception {
    private final transient List<String> lines;

    CellException(Throwable cause, List<String> lines) {
        super(cause.getMessage(), cause);
        this.lines = lines;
    }

    /** The error as shown beneath the cell. */
    List<String> lines() {
        return lines;
    }
}
