package org.backbonelab.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a file so that a reader sees all of it or nothing: to a temporary file beside it, forced to the disk, moved in
 * place. The temporary file is deleted where writing fails.
 */
public final class AtomicFile {
    private static final AtomicLong NUMBER = new AtomicLong();

    /** What {@link #temporary} names, with the process, and the files that {@code RowStore} tries whether it may write. */
    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.([0-9]{1,18})-[0-9]+\\.tmp|\\.probe[0-9]+\\.tmp");

    private AtomicFile() {}

    /** What a file shall hold. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything; the stream is buffered and closed by the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes text as UTF-8.
     *
     * @throws DiskFullException if there is no room for it
     * @throws UncheckedIOException if the file cannot be written for another reason
     */
    public static void write(Path file, String text) {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file; its folder is made.
     *
     * @throws DiskFullException if there is no room for it
     * @throws UncheckedIOException if it cannot be written for another reason
     */
    public static void write(Path file, Content content) {
        Path temporary = temporary(file);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try {
                fill(temporary, content);
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            DiskFullException.throwIf(file, e);
            throw new UncheckedIOException("cannot write " + file + " (" + e + "); expected a writable folder", e);
        }
    }

    /** Returns a name beside a file that no other process uses, and that {@link #tidy} knows. */
    public static Path temporary(Path file) {
        return file.resolveSibling("." + file.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet() + ".tmp");
    }

    private static void fill(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /**
     * Deletes temporary files in a folder and those in it that processes which were killed have left.
     *
     * <p>On a disk that several machines share, a process of another one is not seen here; but it does not rest for a
     * minute in the middle of a write.
     */
    public static void tidy(Path folder) {
        Instant old = Instant.now().minusSeconds(60);
        deleteAbandoned(
                folder, 2, found -> Files.getLastModifiedTime(found).toInstant().isBefore(old));
    }

    /**
     * Deletes temporary files of one file that processes which were killed have left, new ones too: for a file that no other
     * machine writes now.
     */
    public static void tidyBeside(Path file) {
        String start = "." + file.getFileName() + ".";
        Path folder = file.toAbsolutePath().getParent();
        deleteAbandoned(folder, 1, found -> found.getFileName().toString().startsWith(start));
    }

    private interface Condition {
        boolean holds(Path file) throws IOException;
    }

    private static void deleteAbandoned(Path folder, int depth, Condition condition) {
        try (Stream<Path> all = Files.walk(folder, depth)) {
            for (Path file : all.filter(AtomicFile::isAbandoned).toList()) {
                if (condition.holds(file)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Not there yet, tidied up by another run at the same time, or not ours to see: remains do no harm.
        }
    }

    private static boolean isAbandoned(Path file) {
        Matcher name = TEMPORARY.matcher(file.getFileName().toString());
        return name.matches()
                && (name.group(1) == null
                        || ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty());
    }

    /**
     * Moves a file that is whole to its name, over what is there, in one step where the file system can.
     *
     * @throws IOException if it cannot be moved
     */
    public static void move(Path whole, Path file) throws IOException {
        try {
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
