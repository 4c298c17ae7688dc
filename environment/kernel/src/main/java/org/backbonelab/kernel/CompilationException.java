package org.backbonelab.kernel;

/** A cell that the Java compiler rejects. */
final class CompilationException extends Exception {
    CompilationException(String message) {
        super(message);
    }
}
