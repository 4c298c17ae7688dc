package org.backbonelab.data.fetch;

/** A data set that cannot be read: the message names the file, what was expected and what to do. */
public final class DataException extends RuntimeException {
    /** Builds the exception. */
    public DataException(String message) {
        super(message);
    }

    /** Builds the exception with its cause. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
