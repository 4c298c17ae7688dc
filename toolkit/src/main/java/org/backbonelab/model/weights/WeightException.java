package org.backbonelab.model.weights;

/** A weight file that cannot be used: the message names the file, what was expected and what to do. */
public final class WeightException extends RuntimeException {
    /** Builds the exception. */
    public WeightException(String message) {
        super(message);
    }

    /** Builds the exception with its cause. */
    public WeightException(String message, Throwable cause) {
        super(message, cause);
    }
}
