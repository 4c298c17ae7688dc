package org.backbonelab.io;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reading of text that someone else may have put there. */
public final class TextFile {
    /** No results of ours come near it; a file of another kind would fill the memory. */
    private static final long LONGEST = 256L << 20;

    private TextFile() {}

    /**
     * Reads a whole file as UTF-8.
     *
     * @throws IllegalArgumentException if it is no regular file (a pipe would hang), too long, not text, or unreadable
     */
    public static String read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(file + ": is no regular file");
            }
            long size = Files.size(file);
            if (size > LONGEST) {
                throw new IllegalArgumentException(
                        file + ": has " + size + " bytes, expected at most " + LONGEST + " of results");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is no text of UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read (" + e + ")", e);
        }
    }
}
