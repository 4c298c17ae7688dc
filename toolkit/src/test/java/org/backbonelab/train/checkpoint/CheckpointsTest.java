package org.backbonelab.train.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    Path folder;

    private NDManager manager;
    private Path file;
    private Path previous;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
        file = folder.resolve("cell.ckpt");
        previous = folder.resolve("cell.ckpt.previous");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(file, "cell", Duration.ZERO);
    }

    private Map<String, NDArray> arrays(float first) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        out.put("model/w", manager.create(new float[] {first, 2, Float.NaN, -0f, 1e-40f, 6}, new Shape(2, 3)));
        out.put("model/s", manager.create(first));
        out.put("steps", manager.create(new long[] {Long.MAX_VALUE, -1}));
        return out;
    }

    private static ObjectNode state(int step) {
        return CheckpointFormat.MAPPER.createObjectNode().put("step", step).put("loss", 0.1);
    }

    private void save(int step) {
        try (Checkpoints checkpoints = checkpoints()) {
            checkpoints.load().ifPresent(CheckpointReader::close);
            checkpoints.save(state(step), arrays(step));
        }
    }

    private long load() {
        try (CheckpointReader reader = checkpoints().load().orElseThrow()) {
            return reader.state().get("step").asLong();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void valuesComeBackBitForBit() {
        save(7);
        try (CheckpointReader reader = checkpoints().load().orElseThrow()) {
            assertEquals(0.1, reader.state().get("loss").asDouble());
            Map<String, NDArray> targets = arrays(0);
            NDArray steps = targets.remove("steps");
            targets.put("w", targets.remove("model/w"));
            targets.put("s", targets.remove("model/s"));
            reader.restore("model/", targets);
            reader.restore("steps", Map.of("", steps));
            Map<String, NDArray> expected = arrays(7);
            assertArrayEquals(bits(expected.get("model/w")), bits(targets.get("w")));
            assertEquals(7, targets.get("s").getFloat());
            assertArrayEquals(new long[] {Long.MAX_VALUE, -1}, steps.toLongArray());
            Map<String, NDArray> fresh = reader.arrays("model/", manager);
            assertEquals(List.of("w", "s"), List.copyOf(fresh.keySet()));
            assertArrayEquals(bits(expected.get("model/w")), bits(fresh.get("w")));
            assertEquals(new Shape(2, 3), fresh.get("w").getShape());
        }
    }

    private static int[] bits(NDArray array) {
        float[] values = array.toFloatArray();
        int[] out = new int[values.length];
        Arrays.setAll(out, i -> Float.floatToRawIntBits(values[i]));
        return out;
    }

    @Test
    void snapshotIsOfTheMomentOfSaving() {
        Map<String, NDArray> live = arrays(1);
        try (Checkpoints checkpoints = checkpoints()) {
            checkpoints.save(state(1), live);
            live.get("model/s").set(new float[] {99});
        }
        try (CheckpointReader reader = checkpoints().load().orElseThrow()) {
            assertEquals(1, reader.arrays("model/s", manager).get("").getFloat());
        }
    }

    @Test
    void lastTwoAreKeptAndDeletedTogether() throws IOException {
        for (int step = 1; step <= 3; step++) {
            save(step);
        }
        assertEquals(List.of("cell.ckpt", "cell.ckpt.previous"), files());
        assertEquals(3, load());
        Files.delete(file);
        assertEquals(2, load(), "as after a kill between the two renames");
        save(4);
        assertEquals(4, load());
        checkpoints().delete();
        assertEquals(List.of(), files());
        assertTrue(checkpoints().load().isEmpty());
    }

    @Test
    void truncatedAtAnyLengthIsToldAndTheWholePreviousIsUsed() throws IOException {
        save(1);
        save(2);
        byte[] whole = Files.readAllBytes(file);
        byte[] before = Files.readAllBytes(previous);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            String message = assertThrows(CheckpointException.class, () -> CheckpointReader.open(file))
                    .getMessage();
            assertTrue(message.contains(file + " is truncated: " + length + " bytes"), message);
        }
        assertEquals(1, load());
        assertArrayEquals(before, Files.readAllBytes(previous));
    }

    @Test
    void flippedBitAnywhereIsToldAndTheWholePreviousIsUsed() throws IOException {
        save(1);
        save(2);
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < 8 * whole.length; bit += 5) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            String message = assertThrows(CheckpointException.class, () -> CheckpointReader.open(file))
                    .getMessage();
            assertTrue(message.matches(".*cell.ckpt (is|has) .*; .*"), message);
        }
        assertEquals(1, load());
        Files.write(file, whole);
        assertEquals(2, load());
    }

    @Test
    void nothingIsOverwrittenBeforeTheNewOneIsWhole() throws IOException {
        save(1);
        save(2);
        byte[] first = Files.readAllBytes(previous);
        byte[] damaged = Files.readAllBytes(file);
        damaged[damaged.length / 2] ^= 1;
        Files.write(file, damaged);
        save(3);
        assertEquals(List.of("cell.ckpt", "cell.ckpt.damaged1", "cell.ckpt.previous"), files());
        assertEquals(3, load());
        assertArrayEquals(first, Files.readAllBytes(previous), "the damaged one did not push the whole one out");
        assertArrayEquals(damaged, Files.readAllBytes(folder.resolve("cell.ckpt.damaged1")));
    }

    @Test
    void noneWholeIsAnErrorAndLeavesTheFiles() throws IOException {
        save(1);
        save(2);
        Files.write(file, new byte[] {'B', 'B'});
        Files.writeString(previous, "GIF89a of another program, long enough for a prologue");
        String message = assertThrows(CheckpointException.class, this::load).getMessage();
        assertTrue(message.contains(file + " is truncated: 2 bytes"), message);
        Files.delete(file);
        message = assertThrows(CheckpointException.class, this::load).getMessage();
        assertTrue(
                message.contains(previous + " is no checkpoint of today's Backbone Lab: it starts with \"GIF89a o\""),
                message);
        assertEquals(List.of("cell.ckpt.previous"), files());
    }

    @Test
    void anotherTrainingsOrNetworksCheckpointIsRefused() {
        save(1);
        String message = assertThrows(
                        CheckpointException.class, () -> new Checkpoints(file, "other", Duration.ZERO).load())
                .getMessage();
        assertTrue(message.contains("belongs to training cell, expected other"), message);
        try (CheckpointReader reader = checkpoints().load().orElseThrow()) {
            NDArray w = manager.zeros(new Shape(2, 3));
            Map<String, NDArray> wrong = Map.of("w", w, "s", manager.zeros(new Shape(5)));
            assertThrows(CheckpointException.class, () -> reader.restore("model/", wrong));
            assertThrows(CheckpointException.class, () -> reader.restore("model/", Map.of("w", w)));
            assertEquals(0, w.sum().getFloat(), "nothing is overwritten by half");
        }
    }

    @Test
    void remainsOfKilledProcessesGoAndThoseOfLivingOnesStay() throws IOException {
        List<String> remains = new ArrayList<>();
        remains.add(".cell.ckpt." + ProcessHandle.current().pid() + "-1.tmp");
        remains.add(".other.ckpt.999999999-1.tmp");
        for (String name : remains) {
            Files.writeString(folder.resolve(name), "half");
        }
        Files.writeString(folder.resolve(".cell.ckpt.999999999-1.tmp"), "half");
        assertTrue(checkpoints().load().isEmpty());
        assertEquals(remains, files());
    }

    @Test
    void dueAfterTheTimeAndNotWhileOneIsWritten() {
        try (Checkpoints always = checkpoints();
                Checkpoints rarely = new Checkpoints(folder.resolve("x"), "x", Duration.ofDays(1))) {
            assertTrue(always.isDue());
            assertFalse(rarely.isDue());
            NDArray large = manager.zeros(new Shape(4_000_000), DataType.FLOAT32);
            always.save(state(1), Map.of("large", large));
            assertFalse(always.isDue());
            always.flush();
            assertTrue(always.isDue());
        }
        assertThrows(IllegalArgumentException.class, () -> new Checkpoints(file, "x", Duration.ofSeconds(-1)));
    }

    @Test
    void failureToWriteDoesNotEndTheTraining() throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file where a folder should be");
        Checkpoints checkpoints = new Checkpoints(blocked.resolve("cell.ckpt"), "cell", Duration.ZERO);
        checkpoints.save(state(1), arrays(1));
        checkpoints.close();
        assertTrue(checkpoints.isDue());
        assertEquals(List.of("blocked"), files());
    }
}
