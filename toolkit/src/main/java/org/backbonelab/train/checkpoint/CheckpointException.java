package org.backbonelab.train.checkpoint;

import java.nio.file.Path;

/** A checkpoint that cannot be used: the message names the file, the reason and what to do. */
public final class CheckpointException extends IllegalArgumentException {
    CheckpointException(Path file, String reason) {
        super("checkpoint " + file + " " + reason);
    }

    CheckpointException(Path file, String reason, Throwable cause) {
        super("checkpoint " + file + " " + reason, cause);
    }
}
