package org.backbonelab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValuesTest {
    @TempDir
    Path folder;

    @Test
    void holdTheBatchThenEveryWeight() throws IOException {
        Path file = folder.resolve("values");
        Values.write(Task.RESNET, file);
        byte[] bytes = Files.readAllBytes(file);
        int end = 0;
        while (bytes[end] != '\n') {
            end++;
        }
        String head = new String(bytes, 0, end, StandardCharsets.UTF_8);
        float first = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(end + 1);
        assertTrue(head.startsWith("pixels:128,3,32,32 labels:128 conv1.weight:32,3,3,3 bn1.weight:32 "), head);
        assertEquals(FixedBatch.pixels()[0], first);
        List<Weight> weights = Task.RESNET.weights();
        assertEquals(weights.size() + 2, head.split(" ", -1).length);
        long values = Task.BATCH + (long) FixedBatch.pixels().length;
        values += weights.stream().mapToLong(Weight::size).sum();
        assertEquals(end + 1 + Float.BYTES * values, bytes.length);
    }
}
