package org.backbonelab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValuesTest {
    @TempDir
    private Path folder;

    @Test
    void holdTheBatchThenEveryWeight() throws IOException {
        Path file = folder.resolve("values");
        Values.write(Task.RESNET, file);
        String head;
        int first;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                line.append((char) b);
            }
            head = line.toString();
            first = Integer.reverseBytes(in.readInt());
        }
        assertTrue(head.startsWith("pixels:128,3,32,32 labels:128 conv1.weight:32,3,3,3 bn1.weight:32 "), head);
        assertEquals(FixedBatch.pixels()[0], Float.intBitsToFloat(first));
        List<Weight> weights = Task.RESNET.weights();
        assertEquals(weights.size() + 2, head.split(" ", -1).length);
        long values = FixedBatch.pixels().length + Task.BATCH;
        values += weights.stream().mapToLong(Weight::size).sum();
        assertEquals(head.getBytes(StandardCharsets.UTF_8).length + 1 + Float.BYTES * values, Files.size(file));
    }
}
