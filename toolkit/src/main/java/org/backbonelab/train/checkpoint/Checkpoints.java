package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.tensor.Background;
import org.backbonelab.tensor.Torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training: where, how often, and the last two of them.
 *
 * <p>{@code x.ckpt} is the newest, {@code x.ckpt.previous} the one before. A new one is written under a temporary name
 * and forced to the disk before either is touched, so a process that is killed at any moment leaves a whole one. The
 * training thread copies arrays only; hashing and writing happen on a thread of their own.
 */
public final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final String IDENTITY = "identity";

    private final Path file;
    private final Path previous;
    private final String identity;
    private final Duration every;
    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
    private long last = System.nanoTime();
    /** Whether the newest file is known to be whole, and may take the place of the previous one. */
    private boolean newestIsWhole;

    /**
     * Names the file; nothing is read or written yet.
     *
     * @param file of the newest checkpoint
     * @param identity of the training, such as a cell's id: another training's checkpoint is refused
     * @param every how much time passes between two checkpoints; zero for one after every step
     */
    public Checkpoints(Path file, String identity, Duration every) {
        if (every.isNegative()) {
            throw new IllegalArgumentException("time between checkpoints is " + every + ", expected 0 or more");
        }
        this.file = file.toAbsolutePath();
        this.previous = sibling(".previous");
        this.identity = identity;
        this.every = every;
    }

    /**
     * Opens the newest whole checkpoint.
     *
     * @return nothing if there is no file
     * @throws CheckpointException if there are files, but none is whole and of this training; they are left as they are
     */
    public Optional<CheckpointReader> load() {
        AtomicFile.tidyBeside(file);
        CheckpointException damage = null;
        for (Path candidate : List.of(file, previous)) {
            if (!Files.exists(candidate)) {
                continue;
            }
            try {
                CheckpointReader reader = open(candidate);
                newestIsWhole = candidate.equals(file);
                if (damage != null) {
                    LOG.warn("{}; continuing from {}", damage.getMessage(), previous.getFileName());
                }
                return Optional.of(reader);
            } catch (CheckpointException e) {
                damage = damage == null ? e : damage;
            }
        }
        if (damage != null) {
            throw damage;
        }
        return Optional.empty();
    }

    private CheckpointReader open(Path candidate) {
        CheckpointReader reader = CheckpointReader.open(candidate);
        String found = reader.state().path(IDENTITY).asText();
        if (!found.equals(identity)) {
            reader.close();
            throw new CheckpointException(
                    candidate, "belongs to training " + found + ", expected " + identity + "; move it away");
        }
        return reader;
    }

    /** Tells whether it is time for the next; not while one is being written, so that writing never piles up. */
    public boolean isDue() {
        return writing.isDone() && System.nanoTime() - last >= every.toNanos();
    }

    /**
     * Copies the arrays and starts to write them, behind the training's threads.
     *
     * @param state what is no tensor; not changed afterwards
     * @param arrays float32, float64 or int64, by name
     */
    public void save(ObjectNode state, Map<String, NDArray> arrays) {
        start(state, arrays, Background::yieldToTraining);
    }

    /** Writes the arrays and returns when they are on the disk. */
    public void saveNow(ObjectNode state, Map<String, NDArray> arrays) {
        // A thread of its own here, too: an interrupted thread cannot write to a channel.
        start(state, arrays, () -> {});
        flush();
    }

    private void start(ObjectNode state, Map<String, NDArray> arrays, Runnable first) {
        flush();
        state.put(IDENTITY, identity);
        NDManager manager = Torch.newManager();
        Map<String, NDArray> copies = copy(arrays, manager);
        writing = new CompletableFuture<>();
        Runnable work = () -> {
            first.run();
            write(state, copies, manager);
        };
        Thread thread = new Thread(work, "backbonelab-checkpoint");
        thread.setDaemon(true);
        thread.start();
    }

    private static Map<String, NDArray> copy(Map<String, NDArray> arrays, NDManager manager) {
        return Torch.withoutGradients(() -> {
            Map<String, NDArray> out = new LinkedHashMap<>();
            arrays.forEach((name, array) -> {
                NDArray copy = array.duplicate();
                NDScope.unregister(copy);
                copy.attach(manager);
                out.put(name, copy);
            });
            return out;
        });
    }

    private void write(ObjectNode state, Map<String, NDArray> arrays, NDManager manager) {
        try (manager) {
            Path temporary = AtomicFile.temporary(file);
            Files.createDirectories(file.getParent());
            CheckpointWriter.write(temporary, state, arrays);
            makeRoom();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            force(file.getParent());
            newestIsWhole = true;
        } catch (IOException | RuntimeException e) {
            // A full disk shall not end a training of days: what it costs is the way back to the last one written.
            LOG.warn("checkpoint {} could not be written ({}); training goes on", file, e.toString());
        } finally {
            last = System.nanoTime();
            writing.complete(null);
        }
    }

    /** Makes the newest the previous one; one that is not whole is put aside, as the previous may be the better. */
    private void makeRoom() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (newestIsWhole) {
            Files.move(file, previous, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        int number = 1;
        while (Files.exists(sibling(".damaged" + number))) {
            number++;
        }
        Files.move(file, sibling(".damaged" + number));
    }

    /** Makes the new names themselves last; not every file system knows how. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("folder {} cannot be forced to disk", folder, e);
        }
    }

    /** Waits until nothing is being written. */
    public void flush() {
        writing.join();
    }

    /** Deletes the newest and the previous: the training has ended. */
    public void delete() {
        flush();
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(previous);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file + " (" + e + "); expected a writable folder", e);
        }
    }

    private Path sibling(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Waits until nothing is being written. */
    @Override
    public void close() {
        flush();
    }
}
