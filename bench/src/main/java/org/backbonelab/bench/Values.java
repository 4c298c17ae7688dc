package org.backbonelab.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Files with the batch and the initial values of a network, for processes that do not have Java's random numbers.
 *
 * <p>A line of words {@code name:axis,axis,...}, then the float32 values of all of them in that order, little-endian:
 * {@code pixels}, {@code labels}, and the weights under their names.
 */
final class Values {
    private static final Map<Task, Path> FILES = new EnumMap<>(Task.class);

    private record Entry(long[] shape, float[] values) {}

    private Values() {}

    /** Returns the file of a task; it lasts as long as this process. */
    static synchronized Path of(Task task) {
        return FILES.computeIfAbsent(task, t -> {
            try {
                Path file = Files.createTempFile("backbonelab-bench-", ".values");
                file.toFile().deleteOnExit();
                write(t, file);
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException("values of " + t + " cannot be written", e);
            }
        });
    }

    /** Writes the file of a task. */
    static void write(Task task, Path file) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("pixels", new Entry(FixedBatch.SHAPE, FixedBatch.pixels()));
        int[] labels = FixedBatch.labels();
        float[] numbers = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            numbers[i] = labels[i];
        }
        entries.put("labels", new Entry(new long[] {labels.length}, numbers));
        task.weights().forEach(w -> entries.put(w.name(), new Entry(w.shape(), w.values())));
        String head = entries.entrySet().stream()
                .map(e -> e.getKey() + ":" + axes(e.getValue().shape))
                .collect(Collectors.joining(" ", "", "\n"));
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(head.getBytes(StandardCharsets.UTF_8));
            for (Entry entry : entries.values()) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(Float.BYTES * entry.values.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(entry.values);
                out.write(bytes.array());
            }
        }
    }

    private static String axes(long[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }
}
